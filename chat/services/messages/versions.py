"""Versioned saves of messages and memberships: each takes the room's next version, and the room is told."""

from accounts.models import User
from chat import broadcasts
from chat.models import Membership, Message
from chat.services.shared.locking import message_in


def save_changed(message: Message, *fields: str) -> Message:
    """Save these fields of a message of a locked room, under the next version. Returns the message as it is now."""
    changed = _save_version(message, *fields)
    broadcasts.message_changed(changed)
    return changed


def save_changed_words(message: Message, *fields: str) -> Message:
    """Save a message with a changed body. Messages that quote it change too, under one version."""
    changed, room = save_changed(message, *fields), message.room
    quoting = message.quoted_by.filter(deleted_at=None)
    if quoting.exists():
        quoting.update(version=room.next_version())
        room.save(update_fields=["version"])
        broadcasts.messages_requoted(changed, room.version)
    return changed


def save_reacted(message: Message, user: User, emoji: str, *, added: bool) -> Message:
    changed = _save_version(message)
    broadcasts.message_reacted(changed, user, emoji, added=added)
    return changed


def _save_version(message: Message, *fields: str) -> Message:
    message.version = message.room.next_version()
    message.save(update_fields=[*fields, "version"])
    message.room.save(update_fields=["version"])
    return message_in(message.room, message.pk)


def save_standing(membership: Membership, *fields: str) -> None:
    """Save a membership of a locked room. If the user has left, the room is not told."""
    if membership.left_at is not None:
        membership.save(update_fields=fields)
        return
    membership.version = membership.room.next_version()
    membership.save(update_fields=[*fields, "version"])
    membership.room.save(update_fields=["version"])
    broadcasts.member_changed(membership)
