"""What a room tells by itself: who joined and left, and what it is called now."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

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
}


def append_notice(room: Room, about: "User", notice: dict[str, str], at: datetime | None = None) -> Message:
    """Tell in a room that is locked what somebody did, as docs/protocol.md has it; `at` is when, if not now."""
    version = room.next_version()
    body = f"{about.name} {_BODIES[notice['what']].format(**notice)}"
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
