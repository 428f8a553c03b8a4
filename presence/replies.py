"""Typed replies of Redis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from presence.conf import conf
from presence.errors import CorruptData, PresenceUnavailable


@dataclass(frozen=True, slots=True)
class Change:
    """Users who joined and left one topic visibly, in one step from the version `since` to `version`."""

    topic: str
    epoch: str
    since: int
    version: int
    joined: tuple[int, ...]
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a script: changes, errors of single operations, and True in `more` if there is more to do."""

    changes: tuple[Change, ...]
    errors: tuple[CorruptData, ...]
    more: bool
    awaits_others: bool
    """True while processes are still expected back after an outage."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All users who are present on a topic, at one version of one epoch."""

    epoch: str
    version: int
    people: frozenset[int]


@dataclass(frozen=True, slots=True)
class Versions:
    epoch: str
    of: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Life:
    """The data's epoch, and the signs that servers keep the data up to date."""

    epoch: str
    unswept_ms: int
    """Time since a server last swept; 0 if none ever did."""
    is_settled: bool
    """False while servers come back after Redis accepted no writes."""

    def check(self) -> None:
        """Raise PresenceUnavailable if the data may be out of date."""
        if self.unswept_ms > conf().stale_ms:
            raise PresenceUnavailable(f"no server has written to Redis for {self.unswept_ms / 1000:.0f} s")
        if not self.is_settled:
            raise PresenceUnavailable("Redis takes writes again, and the servers are coming back")


def life_of(epoch: Any, clock: Any, marks: Any) -> Life:
    """Build a Life from three replies.

    In a snapshot's reply, epoch and marks may be errors; the snapshot reports them itself.
    """
    if isinstance(clock, Exception):
        raise clock
    swept, unsettled = (None, None) if isinstance(marks, Exception) else marks
    unswept_ms = milliseconds(clock) - int(swept) if swept and swept.isdecimal() else 0
    return Life("" if isinstance(epoch, Exception) else epoch or "", unswept_ms, unsettled is None)


def milliseconds(clock: tuple[int, int]) -> int:
    seconds, microseconds = clock
    return seconds * 1000 + microseconds // 1000


def outcome_of(reply: Any) -> Outcome:
    epoch, changes, errors, more, awaits_others = reply
    return Outcome(
        changes=tuple(
            Change(topic, epoch, int(since), int(version), _ids(joined), _ids(left))
            for topic, since, version, joined, left in changes
        ),
        errors=tuple(CorruptData(text) for text in errors),
        more=bool(more),
        awaits_others=bool(awaits_others),
    )


def _ids(members: Sequence[str]) -> tuple[int, ...]:
    # Skip members that are not numbers: nonsense, which a repair has removed.
    return tuple(int(member) for member in members if member.removeprefix("-").isdecimal())


def snapshot_of(epoch: Any, version: Any, members: Any) -> Snapshot | CorruptData:
    # A reply that is an exception concerns this one key; other topics are not affected.
    for reply in (epoch, version, members):
        if isinstance(reply, Exception):
            return CorruptData(str(reply))
    try:
        return Snapshot(epoch or "", int(version or 0), frozenset(map(int, members)))
    except ValueError as error:
        return CorruptData(str(error))
