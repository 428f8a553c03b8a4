"""Rows as the events of docs/protocol.md. Pure: nothing here reads, writes or sends."""

from typing import TYPE_CHECKING, Any

from chat.models import Membership, Message, Room

if TYPE_CHECKING:
    from accounts.models import User

Event = dict[str, Any]


def user_card(user: "User") -> dict[str, Any]:
    return {"id": user.pk, "username": user.username, "name": user.name}


def room_card(room: Room) -> dict[str, Any]:
    return {"id": room.pk, "kind": room.kind, "name": room.name, "topic": room.topic, "version": room.version}


def listed_room(membership: Membership, unread: int, here: int | None) -> dict[str, Any]:
    """A room with what is its member's own."""
    own = {"role": membership.role, "unread": unread, "last_read": membership.last_read, "here": here}
    return room_card(membership.room) | own


def message_card(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "kind": message.kind,
        "author": user_card(message.author),
        "body": message.body,
        "html": message.rendered(),
        "client_id": str(message.client_id),
        "created_at": message.created_at.isoformat().replace("+00:00", "Z"),
        "position": message.position,
        "version": message.version,
    }


def message_posted(message: Message) -> Event:
    return _numbered("message.posted", message.room_id, message.version, message=message_card(message))


def member_changed(membership: Membership) -> Event:
    """`member.joined` or `member.left`, whichever was the latest."""
    user = user_card(membership.user)
    if membership.left_at:
        return _numbered("member.left", membership.room_id, membership.version, user=user)
    return _numbered("member.joined", membership.room_id, membership.version, user=user, role=membership.role)


def room_changed(room: Room) -> Event:
    settings = {"name": room.name, "topic": room.topic, "kind": room.kind}
    return _numbered("room.changed", room.pk, room.settings_version, settings=settings)


def room_reset(room_id: int, version: int, page: dict[str, Any]) -> Event:
    return _numbered("room.reset", room_id, version, page=page)


def room_gained(listed: dict[str, Any]) -> Event:
    return {"type": "room.gained", "room": listed}


def room_lost(room_id: int) -> Event:
    return {"type": "room.lost", "room": room_id}


def read_moved(room_id: int, position: int, unread: int) -> Event:
    return {"type": "read.moved", "room": room_id, "position": position, "unread": unread}


def presence_snapshot(room_id: int, people: list[dict[str, Any]] | None) -> Event:
    """Everyone in the sidebar; None where that is not known."""
    return {"type": "presence.snapshot", "room": room_id, "known": people is not None, "people": people or []}


def presence_changed(room_id: int, people: list[dict[str, Any]]) -> Event:
    return {"type": "presence.changed", "room": room_id, "people": people}


def presence_counted(rooms: dict[int, int] | None) -> Event:
    return {"type": "presence.counted", "rooms": rooms}


def directory_counted(rooms: dict[int, int] | None) -> Event:
    return {"type": "directory.counted", "rooms": rooms}


def _numbered(kind: str, room_id: int, version: int, **members: Any) -> Event:
    return {"type": kind, "room": room_id, "version": version, **members}
