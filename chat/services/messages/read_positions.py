"""Read positions of members in their rooms."""

from typing import TYPE_CHECKING

from django.db import transaction

from chat import broadcasts
from chat.errors import NotFound
from chat.models import Membership

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def mark_read(user: "User", room_id: int, position: int, marks: int | None = None) -> int:
    """Move the read position forward to `position`, at most to the room's version. Returns the present position.

    `marks` is the number of unread marks that the reader's tab knew of. A report from before the latest mark does not
    undo it; None takes any report. Raises NotFound if the user is not a member.
    """
    membership = membership_of(user, room_id)
    if marks is not None and marks != membership.unread_marks:
        broadcasts.read_moved(membership)  # the tab may have missed the mark; its reports are ignored until it knows
        return membership.last_read
    position = min(position, membership.room.version)
    if position > membership.last_read:
        move(membership, position)
        _bring_back(membership)
    return membership.last_read


@transaction.atomic
def mark_unread(user: "User", room_id: int, position: int) -> int:
    """Move the read position back to just before `position`, never forward. Returns the present position.

    Each call is a mark that invalidates earlier reports of reading. Raises NotFound if the user is not a member.
    """
    membership = membership_of(user, room_id)
    membership.unread_marks += 1
    membership.save(update_fields=["unread_marks"])
    move(membership, min(max(position - 1, 0), membership.last_read))
    if membership.is_put_away:
        broadcasts.room_gained(membership)
    return membership.last_read


def membership_of(user: "User", room_id: int) -> Membership:
    mine = Membership.objects.of(user).select_related("room").select_for_update(of=("self",))
    found = mine.filter(room=room_id).first()
    if found is None:
        raise NotFound
    return found


def move(membership: Membership, position: int) -> None:
    membership.last_read = position
    membership.save(update_fields=["last_read"])
    broadcasts.read_moved(membership)


def _bring_back(membership: Membership) -> None:
    # A conversation that a new message has brought back stays in the list once that is read.
    if membership.is_put_away:
        membership.is_put_away = False
        membership.save(update_fields=["is_put_away"])
        broadcasts.room_kept(membership)
