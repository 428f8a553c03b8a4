"""Reactions. Adding and removing raise NotFound and Forbidden; repeating them changes nothing."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from chat.errors import Invalid
from chat.markup.emoji import canonical, is_emoji
from chat.models import Message
from chat.permissions.messages import MessageAction
from chat.services.messages.posting_rights import message_to
from chat.services.messages.versions import save_reacted
from chat.services.shared.locking import locked_room

if TYPE_CHECKING:
    from accounts.models import User

MOST_EMOJI = 20  # different ones on a message


@transaction.atomic
def add_reaction(user: "User", room_id: int, message_id: int, emoji: str) -> Message:
    message = _message_for(user, room_id, message_id)
    if not is_emoji(emoji):
        raise Invalid(_("This isn’t an emoji."))
    emoji = canonical(emoji)
    others = message.reactions_by_emoji()
    if emoji not in others and len(others) >= MOST_EMOJI:
        raise Invalid(_("A message can have at most %(limit)d different reactions.") % {"limit": MOST_EMOJI})
    if user not in others.get(emoji, ()):
        message.reactions.create(user=user, emoji=emoji)
        return save_reacted(message, user, emoji, added=True)
    return message


@transaction.atomic
def remove_reaction(user: "User", room_id: int, message_id: int, emoji: str) -> Message:
    message, emoji = _message_for(user, room_id, message_id), canonical(emoji)
    deleted, _per_model = message.reactions.filter(user=user, emoji=emoji).delete()
    if deleted:
        return save_reacted(message, user, emoji, added=False)
    return message


def _message_for(user: "User", room_id: int, message_id: int) -> Message:
    return message_to(MessageAction.REACT, user, locked_room(room_id), message_id)
