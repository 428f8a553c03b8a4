"""Permission to write in a room, checked under the room's lock. A refusal is a sentence for the member."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from chat.errors import Forbidden, Limited
from chat.models import Membership, Message, Room
from chat.permissions.actions import archive_refusal
from chat.permissions.acts import Act, may
from chat.permissions.messages import (
    WRITING,
    MessageAction,
    MessageState,
    PostingBlock,
    Writer,
    posting_block,
    refusal_on_message,
    writing_block,
)
from chat.services.messages.recipients import deleted_in, is_alone, no_recipient
from chat.services.people.blocks import blocks_between, blocks_in
from chat.services.shared.locking import membership_for, message_in
from chat.services.shared.validation import time_for

if TYPE_CHECKING:
    from accounts.models import User
    from chat.services.people.blocks import Pairs


def message_to(action: MessageAction, user: "User", room: Room, message_id: int) -> Message:
    """Return a message of a locked room, if the user may act on it in this way. Raises NotFound, Forbidden."""
    membership = membership_for(user, room, WRITING[action])
    writer = writer_of(user, membership, room, blocks_in([room]), deleted_in([room]))
    if block := writing_block(writer, room):
        raise refusal_of(block, user, membership, room)
    message = message_in(room, message_id)
    if refused := refusal_on_message(writer, room, MessageState.of(message, user), action):
        raise refused
    return message


def check_may_post(user: "User", membership: Membership, room: Room, blocks: "Pairs", deleted: Collection[int]) -> None:
    """Raise Forbidden if the member may not post, and Limited if slow mode makes them wait. Includes threads."""
    writer = writer_of(user, membership, room, blocks, deleted)
    if block := posting_block(writer, room):
        raise refusal_of(block, user, membership, room)
    if not may(membership, Act.POST_ALWAYS) and (waits := _rest_of_wait(membership, room)):
        raise Limited.slow(waits)


def check_may_write(
    user: "User", membership: Membership, room: Room, blocks: "Pairs", deleted: Collection[int]
) -> None:
    """Raise Forbidden if the member may not post an imported message: read-only and slow mode do not apply to it."""
    if block := writing_block(writer_of(user, membership, room, blocks, deleted), room):
        raise refusal_of(block, user, membership, room)


def writer_of(user: "User", membership: Membership, room: Room, blocks: "Pairs", deleted: Collection[int]) -> Writer:
    is_blocked, is_blocking = blocks_between(user, room, blocks)
    return Writer(
        roles=frozenset({membership.role}),
        is_muted=membership.is_muted,
        is_blocked=is_blocked,
        is_blocking=is_blocking,
        is_alone=is_alone(user, room, deleted),
    )


def refusal_of(block: PostingBlock, user: "User", membership: Membership, room: Room) -> Forbidden:
    match block:
        case PostingBlock.ARCHIVED:
            return archive_refusal()
        case PostingBlock.DELETED:
            return no_recipient(user, room)
        case PostingBlock.BLOCKED_BY:
            return Forbidden(_("This person doesn’t accept messages from you."))
        case PostingBlock.BLOCKED:
            return Forbidden(_("You blocked this person. Unblock them to send a message."))
        case PostingBlock.MUTED:
            return Forbidden(_muted(membership.muted_until, membership.mute_reason, user))
        case PostingBlock.LOCKED:
            return Forbidden(_("This room is locked. Only moderators can post."))
        case PostingBlock.READ_ONLY:
            return Forbidden(_("This room is for announcements. Only moderators can post."))


def _rest_of_wait(membership: Membership, room: Room) -> timedelta | None:
    if not room.slow_seconds or membership.posted_at is None:
        return None
    # The clock of another host may be ahead: that makes no one wait longer.
    passed, whole = timezone.now() - membership.posted_at, timedelta(seconds=room.slow_seconds)
    return whole - passed if timedelta() <= passed < whole else None


def _muted(until: datetime | None, reason: str, user: "User") -> str:
    assert until is not None
    words = {"until": time_for(user, until), "reason": reason}
    if reason:
        return _("You are muted in this room until %(until)s: %(reason)s") % words
    return _("You are muted in this room until %(until)s.") % words
