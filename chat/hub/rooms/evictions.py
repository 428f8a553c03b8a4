"""Evictions: remove sockets from a room, and close those of ended sessions and connections."""

from collections.abc import Callable, Mapping
from typing import Any

from chat.hub.delivery.connection import DISCONNECTED, SIGNED_OUT, Connection
from chat.hub.layer import envelopes
from chat.hub.rooms.rooms import Rooms
from chat.protocol import events
from chat.queries.presence import here_topic
from presence.tracker import Tracker


class Evictions:
    def __init__(
        self,
        connections: Mapping[int, set[Connection]],
        rooms: Rooms,
        tracker: Tracker,
        close_room: Callable[[Connection], None],
    ) -> None:
        self._connections, self._rooms, self._tracker = connections, rooms, tracker
        self._close_room = close_room

    def end_session(self, user: int, session: str | None) -> None:
        for connection in self._connections.get(user, ()):
            if session is None or session == envelopes.session_fingerprint(connection.session):
                connection.close(SIGNED_OUT)

    def end_connection(self, user: int, connection_id: str) -> None:
        for connection in self._connections.get(user, ()):
            if connection.id == connection_id:
                connection.close(DISCONNECTED)

    def end_room(self, deleted: dict[str, Any]) -> None:
        """Evict everyone from a deleted room at once. A hub that misses the envelope finds it by its check."""
        room_id, ending = deleted["room"], events.ending_of_all(deleted)
        if room := self._rooms.get(room_id):
            for connection in list(room.audience):
                self.evict(connection, room_id, ending)

    def evict_user(self, user: int, room_id: int, left: dict[str, Any]) -> None:
        """Evict a user from exactly this version on, and end their presence in the room."""
        ending: dict[str, Any] = {name: left[name] for name in ("how", "by", "reason") if name in left}
        for connection in list(self._connections.get(user, ())):
            self.evict(connection, room_id, ending)
        # Also if their last tab has closed and lingers: counts of the topic are to count members only.
        self._tracker.expel(here_topic(room_id), user)

    def evict(self, connection: Connection, room_id: int, ending: dict[str, Any]) -> None:
        if self._rooms.stands(connection, room_id):
            if connection.room == room_id:
                self._close_room(connection)
            self._rooms.detach(connection, room_id)
            connection.tell(events.room_lost(room_id, ending))
