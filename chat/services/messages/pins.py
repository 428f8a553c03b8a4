"""Pins. Pinning and unpinning raise NotFound and Forbidden; repeating them changes nothing."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chat.errors import Invalid
from chat.models import Message
from chat.permissions.messages import MessageAction
from chat.services.messages.posting_rights import message_to
from chat.services.messages.versions import save_changed
from chat.services.shared.locking import locked_room

if TYPE_CHECKING:
    from accounts.models import User

MOST_PINS = 100  # of a room: a longer list is of no use


@transaction.atomic
def pin(user: "User", room_id: int, message_id: int) -> Message:
    message = _message_for(user, room_id, message_id)
    if message.pinned_at is None:
        if message.room.messages.exclude(pinned_at=None).count() >= MOST_PINS:
            raise Invalid(_("A room can have at most %(limit)d pinned messages.") % {"limit": MOST_PINS})
        message.pinned_at, message.pinned_by = timezone.now(), user
        return save_changed(message, "pinned_at", "pinned_by")
    return message


@transaction.atomic
def unpin(user: "User", room_id: int, message_id: int) -> Message:
    message = _message_for(user, room_id, message_id)
    if message.pinned_at is not None:
        message.pinned_at = message.pinned_by = None
        return save_changed(message, "pinned_at", "pinned_by")
    return message


def _message_for(user: "User", room_id: int, message_id: int) -> Message:
    return message_to(MessageAction.PIN, user, locked_room(room_id), message_id)
