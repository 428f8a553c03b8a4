"""What the hub reads for a connection. They run on a database thread, but for `hello`."""

from typing import Any

from chat import events, history, limits
from chat.errors import NotFound
from chat.hub.connection import Connection
from chat.models import Membership


def hello(connection: Connection, listed: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "hello",
        "protocol": 1,
        "user": events.user_card(connection.user),
        "rooms": listed,
        "limits": {"body_length": limits.body_length()},
    }


def rooms_of(user: int) -> list[int]:
    return list(Membership.objects.current().filter(user=user).values_list("room_id", flat=True))


def listed_rooms(user: int, room_id: int | None = None) -> list[dict[str, Any]]:
    found = Membership.objects.current().filter(user=user).listed()
    if room_id is not None:
        found = found.filter(room=room_id)
    return [events.listed_room(membership, None) for membership in found]


def opening(user: int, room_id: int, since: int | None) -> tuple[dict[str, Any], history.Changes]:
    listed = listed_rooms(user, room_id)
    if not listed:
        raise NotFound
    return listed[0], history.changes_since(room_id, since, limit=limits.resume_limit())
