"""What every change of a message, or of a membership, has in common: the room's next version, and the room is told."""

from accounts.models import User
from chat import broadcasts
from chat.models import Membership, Message
from chat.services.shared.locking import message_in


def save_changed(message: Message, *fields: str) -> Message:
    """Write these fields of a message whose room is locked, under the next version. Returns it as it is now."""
    changed = _save_version(message, *fields)
    broadcasts.message_changed(changed)
    return changed


def save_changed_words(message: Message, *fields: str) -> Message:
    """Note that the words of a message have changed. Messages that quote it show them too, under one version."""
    changed, room = save_changed(message, *fields), message.room
    quoting = message.quoted_by.filter(deleted_at=None)
    if quoting.exists():
        quoting.update(version=room.next_version())
        room.save(update_fields=["version"])
        broadcasts.messages_requoted(changed, room.version)
    return changed


def save_reacted(message: Message, user: User, emoji: str, *, added: bool) -> Message:
    """Note that a reaction of a message in a locked room was given or taken back. Returns it as it is now."""
    changed = _save_version(message)
    broadcasts.message_reacted(changed, user, emoji, added=added)
    return changed


def _save_version(message: Message, *fields: str) -> Message:
    message.version = message.room.next_version()
    message.save(update_fields=[*fields, "version"])
    message.room.save(update_fields=["version"])
    return message_in(message.room, message.pk)


def save_standing(membership: Membership, *fields: str) -> None:
    """Write what was decided of somebody in a room that is locked. Of who left, the room hears nothing."""
    if membership.left_at is not None:
        membership.save(update_fields=fields)
        return
    membership.version = membership.room.next_version()
    membership.save(update_fields=[*fields, "version"])
    membership.room.save(update_fields=["version"])
    broadcasts.member_changed(membership)
