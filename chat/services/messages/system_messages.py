"""What a room tells by itself: who joined and left, and what it is called now."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from chat import broadcasts
from chat.models import Message, Room

if TYPE_CHECKING:
    from accounts.models import User

# In English, for whoever shows bodies as they are, such as an export. Clients make sentences of `notice`.
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
    """Tell in a room that is locked what was done to it, or to `who`, and why. What the site does itself is untold."""
    if by is None:
        return
    notice = {"what": what, **details}
    if who is not None:
        notice["who"] = named(who)
    if reason:
        notice["reason"] = reason
    append_notice(room, by, notice)


def named(user: "User") -> dict[str, Any]:
    """Somebody as a notice has them: called as they are now, whatever becomes of that."""
    return {"id": user.pk, "username": user.username, "name": user.name}


def append_notice(room: Room, about: "User", notice: dict[str, Any], at: datetime | None = None) -> Message:
    """Tell in a room that is locked what somebody did, as docs/protocol.md has it; `at` is when, if not now."""
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
    """What a notice says, in words."""
    values = notice | {"name": notice["who"]["name"] if "who" in notice else ""}
    body = f"{about.name} {_BODIES[notice['what']].format(**values)}"
    return f"{body}: {notice['reason']}" if notice.get("reason") else body
