"""Archived rooms: they can be read, and nothing in them changes until they are restored.

Both functions raise NotFound and Forbidden, and change nothing if the room is already in that state. `archive` also
raises Invalid for a reason that is too long.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from chat import broadcasts
from chat.models import AuditEntry, Room
from chat.permissions.actor import Actor
from chat.permissions.acts import Act
from chat.services.messages.system_messages import tell
from chat.services.shared import audit
from chat.services.shared.locking import authorise, locked_room


@transaction.atomic
def archive(by: Actor, room_id: int, *, reason: str = "") -> Room:
    return _turn(by, room_id, timezone.now(), "archived", AuditEntry.Act.ROOM_ARCHIVED, audit.clean_reason(reason))


@transaction.atomic
def restore(by: Actor, room_id: int) -> Room:
    return _turn(by, room_id, None, "restored", AuditEntry.Act.ROOM_RESTORED)


def _turn(by: Actor, room_id: int, archived_at: datetime | None, what: str, act: str, reason: str = "") -> Room:
    room = locked_room(room_id)
    authorise(by, room, Act.ARCHIVE)
    if (room.archived_at is None) == (archived_at is None):
        return room
    room.archived_at, room.settings_version = archived_at, room.next_version()
    room.save(update_fields=["archived_at", "settings_version", "version"])
    broadcasts.room_changed(room)
    tell(room, by.user, what, reason=reason)
    audit.record(by, act, room=room, reason=reason)
    return room
