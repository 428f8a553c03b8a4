"""Holds of one process: its open connections and their topics, kept in memory.

Redis is made to agree with them. They stay as they are while Redis is away.
"""

from collections.abc import Iterator
from typing import NamedTuple

# A `track` that arrives after `drop` is recognised until this many other connections have closed.
CLOSED_REMEMBERED = 10_000


class Hold(NamedTuple):
    topic: str
    user_id: int
    connection: str

    @classmethod
    def parsed(cls, owned: str) -> "Hold | None":
        """Parse an entry of `owned` in Redis. Return None if it is malformed."""
        try:
            topic, user_id, connection = owned.split("|", 2)
            return cls(topic, int(user_id), connection)
        except ValueError:
            return None


class Held:
    def __init__(self) -> None:
        self._holds: dict[str, dict[Hold, None]] = {}  # by connection, in order of arrival
        self._closed: dict[str, None] = {}

    def __iter__(self) -> Iterator[Hold]:
        for holds in self._holds.values():
            yield from holds

    def __contains__(self, hold: object) -> bool:
        return isinstance(hold, Hold) and hold in self._holds.get(hold.connection, {})

    def users(self) -> set[int]:
        return {hold.user_id for hold in self}

    def add(self, hold: Hold) -> bool:
        """Return True if the hold is new. A closed connection adds none."""
        holds = self._holds.get(hold.connection, {})
        if hold.connection in self._closed or hold in holds:
            return False
        self._holds.setdefault(hold.connection, holds)[hold] = None
        return True

    def remove(self, hold: Hold) -> bool:
        """Return True if the hold existed."""
        if hold not in self:
            return False
        holds = self._holds[hold.connection]
        del holds[hold]
        if not holds:
            del self._holds[hold.connection]
        return True

    def close(self, connection: str) -> list[Hold]:
        """Forget a connection, which can hold nothing again, and return its holds."""
        self._closed[connection] = None
        if len(self._closed) > CLOSED_REMEMBERED:
            del self._closed[next(iter(self._closed))]
        return list(self._holds.pop(connection, {}))

    def clear(self) -> list[Hold]:
        """Remove all holds, and return them."""
        holds = list(self)
        self._holds.clear()
        return holds
