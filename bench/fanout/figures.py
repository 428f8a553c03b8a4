"""Figures of the benchmark: sizes, rows, and their medians and ratios."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from math import ceil
from statistics import median
from typing import Any, Self

SUMMED = ("lost", "duplicates", "sockets_lost")
CALM = 0.05  # of the server's core: what others may take in addition to the calmest round's share
BASES = ("tutorial", "socketio")  # the servers that all others are compared with
COMPARED = ("deliveries_per_s", "cpu_us_per_delivery")


@dataclass(frozen=True, slots=True)
class Size:
    """A number of rooms, and the number of people in each."""

    rooms: int
    people: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `1000`, or `200x10` for 200 rooms of 10."""
        found = re.fullmatch(r"(?:([1-9]\d*)x)?([1-9]\d*)", text)
        if found is None or int(found[2]) < 2:
            raise ValueError(f"{text!r} is no size: 100 is one room of 100 people, 200x10 are 200 rooms of 10.")
        return cls(int(found[1] or 1), int(found[2]))

    @property
    def rate(self) -> float:
        """Messages per second of the fixed load: ten in one room, or one in each of many."""
        return max(10, self.rooms)

    def __str__(self) -> str:
        return f"{self.rooms} × {self.people}"


@dataclass(frozen=True, slots=True)
class Row:
    server: str
    rooms: int
    people: int  # in each room
    deliveries_per_s: float  # saturated
    cpu_us_per_delivery: float  # of the server's process, saturated
    redis_cpu_us_per_delivery: float  # of its Valkey, saturated
    p50_ms: float  # from posting to each delivery, at the fixed load
    p99_ms: float
    p99_last_ms: float  # the same to each message's last delivery
    lost: int
    duplicates: int
    sockets_lost: int
    connects_per_s: float
    bytes_per_connection: float
    messages_per_s: float  # saturated
    load_messages_per_s: float  # the fixed load
    generator_busy: float  # the share of its core that the load generator used, saturated
    others_busy: float  # the share of the server's core that other processes used, saturated

    @property
    def size(self) -> Size:
        return Size(self.rooms, self.people)


FIGURES = [field.name for field in fields(Row) if field.name not in ("server", "rooms", "people", *SUMMED)]


def percentile(values: Iterable[float], percent: float) -> float:
    """Return the smallest value that `percent` per cent of the values do not exceed, or 0 without values."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0


def merged(rounds: Sequence[Row]) -> Row:
    """Merge rounds of one server and size: the medians of the undisturbed ones, and the sums of all errors."""
    disturbed = min(row.others_busy for row in rounds)
    calm = [row for row in rounds if row.others_busy <= disturbed + CALM]
    figures = {name: median(getattr(row, name) for row in calm) for name in FIGURES}
    figures |= {name: sum(getattr(row, name) for row in rounds) for name in SUMMED}
    return replace(rounds[0], **figures)


def ratios(row: Row, rows: Iterable[Row]) -> dict[str, float]:
    """Return the row's figures as multiples of the tutorial's and socket.io's, if those were measured."""
    bases = {other.server: other for other in rows if other.size == row.size and other.server in BASES}
    return {
        f"{name}_to_{base}": getattr(row, name) / getattr(bases[base], name)
        for name in COMPARED
        for base in BASES
        if base in bases and getattr(bases[base], name)
    }


def as_json(rows: Sequence[Row]) -> str:
    return json.dumps({"rows": [_rounded(asdict(row) | ratios(row, rows)) for row in rows]}, indent=1)


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}
