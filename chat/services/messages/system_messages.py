"""Notices: system messages of a room, such as a member who joined or a new name."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from chat import broadcasts
from chat.models import Message, Room

if TYPE_CHECKING:
    from accounts.models import User

# In English, for readers of plain bodies, such as an export. Clients make sentences of `notice`.
_BODIES = {
    "joined": "joined the room",
    "left": "left the room",
    "renamed": "renamed the room from “{from}” to “{to}”",
    "topic": "changed the topic to “{to}”",
    "kind": "made the room {to}",
    "read_only": "made the room read-only",
    "open": "let everyone post again",
    "locked": "locked the room",
    "unlocked": "unlocked the room",
    "slow": "set slow mode to {seconds} s",
    "archived": "archived the room",
    "restored": "brought the room back",
    "added": "added {name}",
    "removed": "removed {name}",
    "banned": "banned {name}",
    "unbanned": "lifted the ban of {name}",
    "muted": "muted {name}",
    "unmuted": "lifted the mute of {name}",
    "role": "made {name} a {role}",
    "owner": "made {name} the owner",
    "purged": "deleted {count} messages of {name}",
}


def tell(room: Room, by: "User | None", what: str, who: "User | None" = None, reason: str = "", **details: Any) -> None:
    """Post a notice in a locked room on what `by` did to it, or to `who`. Acts of the site itself have no notice."""
    if by is None:
        return
    notice = {"what": what, **details}
    if who is not None:
        notice["who"] = named(who)
    if reason:
        notice["reason"] = reason
    append_notice(room, by, notice)


def named(user: "User") -> dict[str, Any]:
    return {"id": user.pk, "username": user.username, "name": user.name}


def append_notice(room: Room, about: "User", notice: dict[str, Any], at: datetime | None = None) -> Message:
    """Post a notice on what a user did in a locked room (docs/protocol.md); `at` is its time, if not now."""
    version = room.next_version()
    body = body_of(about, notice)
    message = Message.objects.create(
        room=room,
        author=about,
        kind=Message.Kind.NOTICE,
        body=body,
        html=Message.html_of(Message.Kind.NOTICE, body),
        notice=notice,
        client_id=uuid.uuid4(),
        created_at=at or timezone.now(),
        position=version,
        version=version,
    )
    room.save(update_fields=["version"])
    broadcasts.message_posted(message)
    return message


def body_of(about: "User", notice: dict[str, Any]) -> str:
    values = notice | {"name": notice["who"]["name"] if "who" in notice else ""}
    body = f"{about.name} {_BODIES[notice['what']].format(**values)}"
    return f"{body}: {notice['reason']}" if notice.get("reason") else body
