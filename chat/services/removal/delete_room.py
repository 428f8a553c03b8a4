"""Deletion of a room: it is gone for everyone at once. Its rows are removed by the queue (queue.py)."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from chat import broadcasts
from chat.models import AuditEntry, Membership, Removal
from chat.permissions.acts import Act
from chat.services.rooms.names import give_up_names
from chat.services.shared import audit
from chat.services.shared.locking import authorise, locked_room

if TYPE_CHECKING:
    from chat.permissions.actor import Actor


@transaction.atomic
def delete_room(by: "Actor", room_id: int, *, reason: str = "") -> None:
    """Delete a room: after the commit, it looks as if it had never existed. Raises NotFound, Forbidden, Invalid."""
    reason = audit.clean_reason(reason)
    room = locked_room(room_id)
    authorise(by, room, Act.DELETE_ROOM)
    audit.record(by, AuditEntry.Act.ROOM_DELETED, room=room, reason=reason, kind=room.kind)
    room.deleted_at, room.people_key, room.is_default = timezone.now(), None, False
    room.next_version()
    room.memberships.current().update(
        left_at=room.deleted_at,
        version=room.version,
        ending=Membership.Ending.DELETED,
        ended_by=by.user,
        ending_reason=reason,
    )
    give_up_names(room)
    room.invites.all().delete()
    room.save(update_fields=["deleted_at", "people_key", "is_default", "version"])
    Removal.objects.create(kind=Removal.Kind.ROOM, room_id=room.pk, by=by.user, reason=reason)
    broadcasts.room_deleted(room, by.user, reason)
