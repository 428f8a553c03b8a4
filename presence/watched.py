"""A process's view of one topic, and the comparison of its version with hints and reads."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from presence.replies import Change, Versions


@dataclass(frozen=True, slots=True)
class Diff:
    """Users who joined and who left in this process's view. The sets are disjoint and not both empty."""

    joined: frozenset[int]
    left: frozenset[int]


@dataclass(slots=True, eq=False)
class Watched:
    """The view of one topic."""

    topic: str
    tried: asyncio.Event = field(default_factory=asyncio.Event)
    known: bool = False
    stale: bool = True  # a snapshot is needed
    loading: bool = False
    epoch: str = ""
    version: int = 0
    people: frozenset[int] = frozenset()
    unconfirmed: frozenset[int] = frozenset()  # subset of people: from before Redis lost everything, not back yet
    unconfirmed_until: float = 0.0  # on the loop's clock
    early: list[Change] = field(default_factory=list)

    @property
    def wants_snapshot(self) -> bool:
        return self.stale or bool(self.early)


def change_of(hint: Mapping[str, Any]) -> Change:
    return Change(
        topic=str(hint["topic"]),
        epoch=str(hint["epoch"]),
        since=int(hint.get("since", int(hint["version"]) - 1)),  # servers of the release before send no `since`
        version=int(hint["version"]),
        joined=tuple(map(int, hint["joined"])),
        left=tuple(map(int, hint["left"])),
    )


def is_ahead(change: Change, watched: Watched) -> bool:
    """Return True if the change is of another epoch or has a higher version. Any other change was seen."""
    return change.epoch != watched.epoch or change.version > watched.version


def agrees(watched: Watched, now: Versions) -> bool:
    return (watched.epoch, watched.version) == (now.epoch, now.of[watched.topic])
