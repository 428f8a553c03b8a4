"""Numbers of people who have each room open, for the room lists in this process's tabs."""

from collections.abc import Callable, Container, Coroutine, Iterable
from typing import Any

from chat.hub.delivery.connection import Connection, MakeUp
from chat.hub.delivery.frame import Frame
from chat.hub.roster.throttle import Throttle
from chat.models import Room
from chat.protocol import events
from chat.queries.presence import fresh_here_counts
from chat.runtime import database
from chat.runtime.database import read
from presence.tracker import get_tracker

TellRoom = Callable[[int, Frame, Container[Connection]], None]


class Counts:
    """Compares the counts with presence periodically, and sends those that changed."""

    def __init__(
        self,
        tell_room: TellRoom,
        tell_everyone: Callable[[Frame], None],
        make_up: MakeUp,
        begin: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        """Take `make_up`, which sends a tab all its counts after it missed some, and `begin`, which starts a task."""
        self.make_up = make_up
        self._tell_room, self._tell_everyone = tell_room, tell_everyone
        self._told: dict[int, int] | None = {}
        self._watchers: set[Connection] = set()
        self._public: frozenset[int] = frozenset()  # rooms in the directory
        self._left: set[int] = set()  # rooms that a tab of this process has closed
        self._throttle = Throttle(lambda: begin(self._recount()))

    def note(self, room_id: int, count: int, but_for: Container[Connection] = ()) -> events.Event | None:
        """Note a count, and tell the room if it is new. Return the event, or None, for the excluded tabs."""
        if self._told is None or self._told.get(room_id) == count:
            return None
        self._told[room_id] = count
        counted = events.presence_counted({room_id: count})
        self._tell_room(room_id, Frame.of(counted), but_for)
        if room_id in self._public:
            self._tell_watchers({room_id: count})
        return counted

    def recount_soon(self, room_id: int) -> None:
        """Recount a room that a tab has closed: its user is to see at once that they are not counted."""
        self._left.add(room_id)
        self._throttle.soon()

    async def _recount(self) -> None:
        rooms, self._left = self._left, set()
        await get_tracker().settled()
        for room_id, count in (await fresh_here_counts(sorted(rooms)) or {}).items():
            self.note(room_id, count)

    def stop(self) -> None:
        self._throttle.stop()

    async def watch_directory(self, connection: Connection) -> dict[int, int] | None:
        """Send this tab changes of public rooms' counts from now on. Return the current counts."""
        self._watchers.add(connection)
        self._public = await read(_public_rooms)
        return await fresh_here_counts(sorted(self._public))

    def discard(self, connection: Connection) -> None:
        self._watchers.discard(connection)

    async def check(self, rooms: Iterable[int]) -> None:
        wanted = set(rooms)
        if self._watchers:
            self._public = await database.check(_public_rooms)
            wanted |= self._public
        counts = await fresh_here_counts(sorted(wanted))
        if counts is None:  # one slow answer is no outage
            counts = await fresh_here_counts(sorted(wanted))
        if counts is None:
            self._become_unknown()
            return
        if self._told is None:
            self._told = {}
        self._told = {room_id: count for room_id, count in self._told.items() if room_id in wanted}
        for room_id, count in counts.items():
            self.note(room_id, count)

    def _become_unknown(self) -> None:
        if self._told is not None:
            self._told = None
            self._tell_everyone(Frame.of(events.presence_counted(None)))
            self._tell_watchers(None)

    def of(self, room_id: int) -> int | None:
        return None if self._told is None else self._told.get(room_id)

    def told(self, rooms: Iterable[int]) -> dict[int, int] | None:
        """Return the counts of these rooms that were told, or None if presence is unavailable."""
        if self._told is None:
            return None
        return {room_id: self._told[room_id] for room_id in rooms if room_id in self._told}

    def _tell_watchers(self, counts: dict[int, int] | None) -> None:
        frame = Frame.of(events.directory_counted(counts))
        for connection in self._watchers:
            connection.deliver_ephemeral(frame, self._tell_directory)

    def _tell_directory(self, connection: Connection) -> None:
        if connection in self._watchers:
            frame = Frame.of(events.directory_counted(self.told(self._public)))
            connection.deliver_ephemeral(frame, self._tell_directory)


def _public_rooms() -> frozenset[int]:
    return frozenset(Room.objects.directory().values_list("pk", flat=True))
