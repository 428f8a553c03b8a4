"""What others see of somebody, their name and picture, in the tabs and connections that this process has."""

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
        """What the user says from now on is said under the name and picture that they have now."""
        profile = self._people.profile_of(user)
        if profile is None:
            return
        for connection in self._connections.get(user, ()):
            connection.user.display_name, connection.user.picture = profile

    def tell(self, event: dict[str, Any], room_ids: Iterable[int]) -> None:
        """Tell the person's own tabs, and once each all that stand in one of these rooms, in which they are known."""
        tabs = set(self._connections.get(event["user"]["id"], ()))
        for room in filter(None, map(self._rooms.get, room_ids)):
            tabs.update(room.audience)
        frame = Frame.of(event)
        for connection in tabs:
            connection.deliver(frame)
