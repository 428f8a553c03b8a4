"""Retention: how long a room keeps its messages, and removal of older ones."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext as _

from chat.errors import Invalid
from chat.models import AuditEntry, Message, Room
from chat.permissions.actor import SITE, Actor
from chat.permissions.acts import Act
from chat.services.messages.tombstones import NEEDED, erase
from chat.services.removal.queue import REST
from chat.services.shared import audit
from chat.services.shared.locking import authorise, locked_room, locked_rooms

MOST_DAYS = 36_500
TOGETHER = 50  # messages in one transaction, which takes no longer than storing a post


@transaction.atomic
def set_retention(by: Actor, room_id: int, days: int | None) -> Room:
    """Set the number of days a room keeps messages; None keeps them forever. Raises NotFound, Forbidden, Invalid."""
    room = locked_room(room_id)
    authorise(by, room, Act.CHANGE_RETENTION)
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Invalid(_("Enter 1 to %(most)d days, or leave empty to keep everything.") % {"most": MOST_DAYS})
    if days != room.retention_days:
        audit.record(by, AuditEntry.Act.ROOM_RETAINED, room=room, before=room.retention_days, days=days)
        room.retention_days = days
        room.save(update_fields=["retention_days"])
    return room


def apply(room_id: int, now: datetime, rest: Callable[[float], None] = time.sleep) -> int:
    """Remove the messages that are older than the room's retention, the oldest first. Returns their number.

    A message with replies stays until the last of them has gone. Each batch is a transaction of its own.
    """
    room = Room.objects.existing().exclude(retention_days=None).filter(pk=room_id).first()
    if room is None or room.retention_days is None:
        return 0
    removed = 0
    try:
        for count in _batches(room, now - timedelta(days=room.retention_days), rest):
            removed += count
    finally:  # also after an error
        if removed:
            audit.record(SITE, AuditEntry.Act.ROOM_TRIMMED, room=room, count=removed, days=room.retention_days)
    return removed


def _batches(room: Room, before: datetime, rest: Callable[[float], None]) -> Iterator[int]:
    old = Message.objects.filter(room=room, created_at__lt=before)
    last = old.aggregate(position=Max("position"))["position"] or 0  # reads the whole room, once
    has_replies = Exists(Message.objects.filter(thread=OuterRef("pk")))
    left = old.filter(~has_replies, position__lte=last).only(*NEEDED).order_by("position")
    reached, found_any = 0, True
    # Removing replies frees the messages that they reply to, so passes repeat until one removes nothing.
    while found_any:
        reached, found_any = 0, False
        while some := list(left.filter(position__gt=reached)[:TOGETHER]):
            began = time.monotonic()
            count = _erase(room, some)
            if count is None:
                return
            yield count
            reached, found_any = some[-1].position, found_any or count > 0
            rest(REST * (time.monotonic() - began))


@transaction.atomic
def _erase(room: Room, some: list[Message]) -> int | None:
    found = locked_rooms([room.pk]).get(room.pk)
    # The room may have been deleted meanwhile, or its retention changed.
    if found is None or found.retention_days != room.retention_days:
        return None
    return len(erase(found, some))
