from collections.abc import Iterable
from typing import TYPE_CHECKING

from chat.authority import Act, may
from chat.errors import Forbidden, NotFound
from chat.models import Membership, Message, Room

if TYPE_CHECKING:
    from accounts.models import User


def locked_room(room_id: int) -> Room:
    """The room, locked until the transaction ends: whoever holds it hands out its next versions. Raises NotFound.

    On SQLite the transaction itself is the lock, since it began IMMEDIATE.
    """
    try:
        return locked_rooms([room_id])[room_id]
    except KeyError:
        raise NotFound from None


def locked_rooms(room_ids: Iterable[int]) -> dict[int, Room]:
    """Those of the rooms that exist, by id; locked in the order of their ids, so that nobody waits in a circle."""
    found = Room.objects.select_for_update().filter(pk__in=set(room_ids)).order_by("pk")
    return {room.pk: room for room in found}


def membership_for(user: "User", room: Room, act: Act | None = None) -> Membership:
    """The user's membership of a room that is locked, if it (and the account) stands and allows `act`.

    Read after the lock: whoever removed the user before us has committed, and is seen.
    """
    found = room.memberships.current().filter(user=user, user__is_active=True).first()
    if found is None:
        raise NotFound
    if act is not None and not may(found, act):
        raise Forbidden
    return found


def message_in(room: Room, message_id: int) -> Message:
    """A message of a room that is locked, with all that its card shows. Raises NotFound."""
    found = room.messages.for_cards().filter(pk=message_id).first()
    if found is None:
        raise NotFound.message()
    found.room = room  # the locked one, which hands out the versions
    return found
