"""The queue of what is to be removed: a batch at a time, so that those who post meanwhile hardly wait.

Each batch is a short transaction with a version and an event of its own, and the queue's row says in it how far it is:
whoever stops in between leaves nothing half-told, and whoever comes next goes on there, on whichever server.
"""

import time
from collections.abc import Callable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from chat.models import Membership, Message, Removal, Room
from chat.services.messages.tombstones import NEEDED, erase_rows, leave_tombstones
from chat.services.shared.locking import locked_rooms

# In one transaction: it should take no longer than it takes to store a post.
TOGETHER = 100  # messages that become tombstones
ERASED_TOGETHER = 100  # messages of a room that nobody sees any more
REST = 3  # times as long as a batch took, nothing is removed after it


@transaction.atomic
def remove_next() -> int | None:
    """Do the next batch of what is queued. How many messages it had; None where there is none, or others are at it."""
    removal = Removal.objects.next()
    return None if removal is None else go_on(removal)


def go_on(removal: Removal, most: int | None = None) -> int:
    """Do the next batch of this one, which is locked, or new in this transaction. How many messages it had."""
    if removal.kind == Removal.Kind.POSTS:
        count, is_last = _bury_some(removal, most or TOGETHER)
    else:
        count, is_last = _erase_some(removal, most or ERASED_TOGETHER)
    removal.done += count
    removal.finished_at = timezone.now() if is_last else None
    removal.save(update_fields=["reached", "done", "finished_at"])
    return count


def work_off(rest: Callable[[float], None] = time.sleep) -> int:
    """Do all that is queued. How many messages that were."""
    began, done = time.monotonic(), 0
    while (count := remove_next()) is not None:
        done += count
        rest(REST * (time.monotonic() - began))
        began = time.monotonic()
    return done


def posts_of(removal: Removal) -> "QuerySet[Message]":
    """Which these are, without what is deleted. What the room tells by itself is nobody's."""
    found = Message.objects.filter(author=removal.user_id, deleted_at=None, notice__isnull=True)
    if removal.room_id is not None:
        found = found.filter(room=removal.room_id)
    return found if removal.since is None else found.filter(created_at__gte=removal.since)


def _bury_some(removal: Removal, most: int) -> tuple[int, bool]:
    """The next posts, of whichever rooms they are. Rooms that were deleted meanwhile have a removal of their own."""
    left = posts_of(removal).filter(pk__gt=removal.reached, pk__lte=removal.up_to)
    some = list(left.only(*NEEDED).order_by("pk")[:most])
    rooms = locked_rooms({message.room_id for message in some})
    for room in rooms.values():
        leave_tombstones(room, [message for message in some if message.room_id == room.pk], removal.by)
    removal.reached = some[-1].pk if some else removal.up_to
    return sum(message.room_id in rooms for message in some), len(some) < most


def _erase_some(removal: Removal, most: int) -> tuple[int, bool]:
    """The newest that are left of a deleted room: so no reply outlasts what it replies to. At last the room itself."""
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
