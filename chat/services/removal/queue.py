"""Queue of removals, done in batches so that users who post meanwhile hardly wait.

Each batch is a short transaction with a version and an event of its own, and the queue's row records in it how far the
removal got. A process that stops between batches leaves nothing half-told, and the next one goes on from there, on any
server.
"""

import time
from collections.abc import Callable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from chat.models import Membership, Message, Removal, Room
from chat.services.messages.tombstones import NEEDED, erase_rows, leave_tombstones
from chat.services.shared.locking import locked_rooms

# In one transaction, which should take no longer than storing a post:
TOGETHER = 100  # messages that become tombstones
ERASED_TOGETHER = 100  # messages of a deleted room
REST = 3  # pause after a batch, as a multiple of the time that it took


@transaction.atomic
def remove_next() -> int | None:
    """Do the next queued batch. Returns its number of messages; None if no removal is left, or others work on it."""
    removal = Removal.objects.next()
    return None if removal is None else go_on(removal)


def go_on(removal: Removal, most: int | None = None) -> int:
    """Do the next batch of a removal that is locked, or new in this transaction. Returns its number of messages."""
    if removal.kind == Removal.Kind.POSTS:
        count, is_last = _bury_some(removal, most or TOGETHER)
    else:
        count, is_last = _erase_some(removal, most or ERASED_TOGETHER)
    removal.done += count
    removal.finished_at = timezone.now() if is_last else None
    removal.save(update_fields=["reached", "done", "finished_at"])
    return count


def work_off(rest: Callable[[float], None] = time.sleep) -> int:
    began, done = time.monotonic(), 0
    while (count := remove_next()) is not None:
        done += count
        rest(REST * (time.monotonic() - began))
        began = time.monotonic()
    return done


def posts_of(removal: Removal) -> "QuerySet[Message]":
    # Notices belong to the room, not to the author.
    found = Message.objects.filter(author=removal.user_id, deleted_at=None, notice__isnull=True)
    if removal.room_id is not None:
        found = found.filter(room=removal.room_id)
    return found if removal.since is None else found.filter(created_at__gte=removal.since)


def _bury_some(removal: Removal, most: int) -> tuple[int, bool]:
    left = posts_of(removal).filter(pk__gt=removal.reached, pk__lte=removal.up_to)
    some = list(left.only(*NEEDED).order_by("pk")[:most])
    # Rooms that were deleted meanwhile have a removal of their own.
    rooms = locked_rooms({message.room_id for message in some})
    for room in rooms.values():
        leave_tombstones(room, [message for message in some if message.room_id == room.pk], removal.by)
    removal.reached = some[-1].pk if some else removal.up_to
    return sum(message.room_id in rooms for message in some), len(some) < most


def _erase_some(removal: Removal, most: int) -> tuple[int, bool]:
    # The newest go first, so that no reply outlasts its root. The room itself goes last.
    newest = Message.objects.filter(room=removal.room_id).order_by("-position")
    if ids := list(newest.values_list("pk", flat=True)[:most]):
        erase_rows(ids)
        return len(ids), False
    members = Membership.objects.filter(room=removal.room_id).values_list("pk", flat=True)
    if ids := list(members[:most]):
        Membership.objects.filter(pk__in=ids).delete()
        return 0, False
    Room.objects.filter(pk=removal.room_id or 0).delete()
    return 0, True
