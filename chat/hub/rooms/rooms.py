"""Rooms with sockets in this process."""

from collections.abc import Iterator

from chat.hub.delivery.connection import Connection
from chat.hub.layer import envelopes
from chat.hub.layer.subscriptions import Subscriptions
from chat.hub.rooms.audience import Hold
from chat.hub.rooms.live_room import Follow, LiveRoom
from chat.hub.tasks import Tasks
from chat.protocol import events


class Rooms:
    """Live rooms by id. A room is live, and its group subscribed, while it has a connection."""

    def __init__(self, subscriptions: Subscriptions, follow: Follow, tasks: Tasks) -> None:
        self._subscriptions, self._follow, self._tasks = subscriptions, follow, tasks
        self._live: dict[int, LiveRoom] = {}

    def __iter__(self) -> Iterator[int]:
        return iter(self._live)

    def __getitem__(self, room_id: int) -> LiveRoom:
        return self._live[room_id]

    def get(self, room_id: int) -> LiveRoom | None:
        return self._live.get(room_id)

    def of(self, connection: Connection) -> list[int]:
        return [room.id for room in self._live.values() if connection in room.audience]

    def of_member(self, connection: Connection) -> list[int]:
        """Return the rooms of the connection that know its user to be a member."""
        return [room.id for room in self._live.values() if room.audience.has_member(connection)]

    def everybody(self) -> list[tuple[Connection, int]]:
        """Return each connection of a member with each of its rooms."""
        return [
            (connection, room.id)
            for room in self._live.values()
            for connection in room.audience
            if room.audience.has_member(connection)
        ]

    def stands(self, connection: Connection, room_id: int) -> bool:
        room = self._live.get(room_id)
        return room is not None and connection in room.audience

    def is_under(self, connection: Connection, room_id: int, hold: Hold) -> bool:
        room = self._live.get(room_id)
        return room is not None and room.audience.is_under(connection, hold)

    def hold(self, connection: Connection, room_id: int, *, is_member: bool = False) -> Hold:
        if room_id not in self._live:
            self._live[room_id] = LiveRoom(room_id, self._follow, self._tasks)
            self._subscriptions.want(envelopes.room_group(room_id))
        return self._live[room_id].hold(connection, is_member=is_member)

    async def subscribed(self, room_id: int) -> None:
        await self._subscriptions.joined({envelopes.room_group(room_id)})

    def release(self, connection: Connection, room_id: int, hold: Hold, version: int) -> None:
        if room := self._live.get(room_id):
            room.release(connection, hold, version)

    def detach(self, connection: Connection, room_id: int) -> None:
        if room := self._live.get(room_id):
            room.audience.discard(connection)
            if not room.audience:
                del self._live[room_id]
                self._subscriptions.unwant(envelopes.room_group(room_id))

    def offer(self, event: events.Event) -> None:
        if room := self._live.get(event["room"]):
            room.offer(event)

    def settle(self, room_id: int) -> None:
        if room := self._live.get(room_id):
            room.audience.flush()
