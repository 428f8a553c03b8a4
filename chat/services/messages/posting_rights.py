"""Who may write in a room: what the room's settings, and what moderators decided of a member, leave of a role."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from chat.errors import Forbidden, Limited
from chat.models import Membership, Room
from chat.permissions.acts import Act, may
from chat.services.messages.recipients import check_has_recipient, deleted_in
from chat.services.people.blocks import blocks_in, check_not_blocked
from chat.services.shared.locking import check_not_archived, membership_for
from chat.services.shared.validation import time_for

if TYPE_CHECKING:
    from accounts.models import User


def writer_in(user: "User", room: Room, act: Act) -> Membership:
    """`membership_for` where the act is to write. Raises NotFound, Forbidden."""
    membership = membership_for(user, room, act)
    check_may_write(user, membership, room)
    check_not_blocked(user, room, blocks_in([room]))
    check_has_recipient(user, room, deleted_in([room]))
    return membership


def check_may_write(user: "User", membership: Membership, room: Room) -> None:
    """Raise Forbidden, with the reason, where the member may neither post, edit, react nor pin just now."""
    check_not_archived(room, Act.POST)
    if membership.is_muted and membership.muted_until:
        raise Forbidden(_muted(membership.muted_until, membership.mute_reason, user))
    if room.is_locked and not may(membership, Act.POST_ALWAYS):
        raise Forbidden(_("This room is locked: only its moderators write here."))


def check_may_post(user: "User", membership: Membership, room: Room) -> None:
    """The same for posting, also in a thread. Raises Forbidden, and Limited where slow mode makes the member wait."""
    check_may_write(user, membership, room)
    if may(membership, Act.POST_ALWAYS):
        return
    if room.is_read_only:
        raise Forbidden(_("This room is read-only: only its moderators post here."))
    if waits := _rest_of_wait(membership, room):
        raise Limited.slow(waits)


def _rest_of_wait(membership: Membership, room: Room) -> timedelta | None:
    """What slow mode leaves to wait. Where the hosts' clocks differ, nobody waits longer."""
    if not room.slow_seconds or membership.posted_at is None:
        return None
    passed, whole = timezone.now() - membership.posted_at, timedelta(seconds=room.slow_seconds)
    return whole - passed if timedelta() <= passed < whole else None


def _muted(until: datetime, reason: str, user: "User") -> str:
    """The sentence for the person, in their own time."""
    words = {"until": time_for(user, until), "reason": reason}
    if reason:
        return _("You are muted in this room until %(until)s: %(reason)s") % words
    return _("You are muted in this room until %(until)s.") % words
