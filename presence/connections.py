"""Holds that one process wants in Redis: its open connections and their topics, kept in memory.

It is the truth that Redis is made to agree with, and it stays as it is while Redis is away.
"""

from collections.abc import Iterator
from typing import NamedTuple

# A closed connection cannot be late by more than the time in which this many others close.
CLOSED_REMEMBERED = 10_000


class Hold(NamedTuple):
    topic: str
    user_id: int
    connection: str

    @classmethod
    def parsed(cls, owned: str) -> "Hold | None":
        """From an entry of `owned` in Redis; None if it is none."""
        try:
            topic, user_id, connection = owned.split("|", 2)
            return cls(topic, int(user_id), connection)
        except ValueError:
            return None


class Held:
    def __init__(self) -> None:
        self._holds: dict[str, dict[Hold, None]] = {}  # by connection, in the order of their coming
        self._closed: dict[str, None] = {}

    def __iter__(self) -> Iterator[Hold]:
        for holds in self._holds.values():
            yield from holds

    def __contains__(self, hold: object) -> bool:
        return isinstance(hold, Hold) and hold in self._holds.get(hold.connection, {})

    def users(self) -> set[int]:
        return {hold.user_id for hold in self}

    def add(self, hold: Hold) -> bool:
        """True if it is news."""
        holds = self._holds.get(hold.connection, {})
        if hold.connection in self._closed or hold in holds:
            return False
        self._holds.setdefault(hold.connection, holds)[hold] = None
        return True

    def remove(self, hold: Hold) -> bool:
        """True if it is news."""
        if hold not in self:
            return False
        holds = self._holds[hold.connection]
        del holds[hold]
        if not holds:
            del self._holds[hold.connection]
        return True

    def close(self, connection: str) -> list[Hold]:
        """Forget the connection, which cannot hold anything again. Returns its holds."""
        self._closed[connection] = None
        if len(self._closed) > CLOSED_REMEMBERED:
            del self._closed[next(iter(self._closed))]
        return list(self._holds.pop(connection, {}))

    def clear(self) -> list[Hold]:
        """Everything that was held."""
        holds = list(self)
        self._holds.clear()
        return holds
