"""Preferences of a member for a room in their own list: quiet, favourite, put away, place."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from chat import broadcasts
from chat.errors import Invalid
from chat.models import Membership, Message
from chat.services.messages.read_positions import membership_of, move

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def keep_room(
    user: "User",
    room_id: int,
    *,
    quiet: bool | None = None,
    favourite: bool | None = None,
    put_away: bool | None = None,
) -> None:
    """Change the preferences for a room; None leaves one as it is.

    Raises NotFound if the user is not a member, and Invalid for putting away a room that is not a direct conversation.
    """
    membership = membership_of(user, room_id)
    if put_away and not membership.room.is_direct:
        raise Invalid(_("Only a direct conversation can be hidden."))
    # An unread conversation would still be shown.
    if put_away and membership.last_read < membership.room.version:
        move(membership, membership.room.version)
    decided = {"is_quiet": quiet, "is_favourite": favourite, "is_put_away": put_away}
    changed = {name: value for name, value in decided.items() if value not in (None, getattr(membership, name))}
    if changed:
        for name, value in changed.items():
            setattr(membership, name, value)
        membership.save(update_fields=list(changed))
        broadcasts.room_kept(membership)
        if put_away is False:
            broadcasts.room_gained(membership)


def wake(messages: Iterable[Message]) -> None:
    """Show the direct conversations of these messages again in the tabs of members who put them away."""
    rooms = {message.room_id for message in messages if message.room.is_direct}
    if rooms:
        for membership in Membership.objects.current().filter(room__in=rooms, is_put_away=True):
            broadcasts.room_gained(membership)


@transaction.atomic
def order_rooms(user: "User", room_ids: Iterable[int]) -> None:
    """Put the user's rooms in this order; the others have no place. Rooms that the user is not in are skipped."""
    places = {room_id: place for place, room_id in enumerate(dict.fromkeys(room_ids), start=1)}
    mine = list(Membership.objects.of(user).select_for_update().order_by("pk"))
    moved = [membership for membership in mine if membership.place != places.get(membership.room_id)]
    for membership in moved:
        membership.place = places.get(membership.room_id)
        broadcasts.room_kept(membership)
    Membership.objects.bulk_update(moved, ["place"], batch_size=500)
