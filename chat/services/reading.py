"""Read positions."""

from typing import TYPE_CHECKING

from django.db import transaction

from chat import broadcasts
from chat.errors import NotFound
from chat.models import Membership

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def mark_read(user: "User", room_id: int, position: int) -> int:
    """Move the read position forward to `position`, and never past what the room has. Returns where it is now.

    Raises NotFound for a room that the user is no member of.
    """
    membership = membership_of(user, room_id)
    position = min(position, membership.room.version)
    if position > membership.last_read:
        move(membership, position)
        _bring_back(membership)
    return membership.last_read


@transaction.atomic
def mark_unread(user: "User", room_id: int, position: int) -> int:
    """Move the read position back to just before `position`. Returns where it is now.

    Raises NotFound for a room that the user is no member of.
    """
    membership = membership_of(user, room_id)
    position = max(position - 1, 0)
    if position < membership.last_read:
        move(membership, position)
        if membership.is_put_away:
            broadcasts.room_gained(membership)
    return membership.last_read


def membership_of(user: "User", room_id: int) -> Membership:
    """The user's own, locked. Raises NotFound for a room that they are no member of."""
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
    """What was put away until something new is said stays in sight once that is read."""
    if membership.is_put_away:
        membership.is_put_away = False
        membership.save(update_fields=["is_put_away"])
        broadcasts.room_kept(membership)
