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
    membership = Membership.objects.of(user).select_related("room").select_for_update(of=("self",)).filter(room=room_id)
    found = membership.first()
    if found is None:
        raise NotFound
    position = min(position, found.room.version)
    if position > found.last_read:
        found.last_read = position
        found.save(update_fields=["last_read"])
        broadcasts.read_moved(found)
    return found.last_read
