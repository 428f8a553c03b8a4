"""Names and pictures of users, in the tabs and connections of this process."""

from collections.abc import Iterable, Mapping
from typing import Any

from chat.hub.delivery.connection import Connection
from chat.hub.delivery.frame import Frame
from chat.hub.people.statuses import People
from chat.hub.rooms.rooms import Rooms


class Profiles:
    def __init__(self, connections: Mapping[int, Iterable[Connection]], rooms: Rooms, people: People) -> None:
        self._connections = connections
        self._rooms = rooms
        self._people = people

    def renew(self, user: int) -> None:
        """Give the user's connections the current name and picture, for what the user does from now on."""
        profile = self._people.profile_of(user)
        if profile is None:
            return
        for connection in self._connections.get(user, ()):
            connection.user.display_name, connection.user.picture = profile

    def tell(self, event: dict[str, Any], room_ids: Iterable[int]) -> None:
        tabs = set(self._connections.get(event["user"]["id"], ()))
        for room in filter(None, map(self._rooms.get, room_ids)):
            tabs.update(room.audience)
        frame = Frame.of(event)
        for connection in tabs:
            connection.deliver(frame)
