"""What every change of a message, or of a membership, has in common: the room's next version, and the room is told."""

from chat import broadcasts
from chat.models import Membership, Message
from chat.services.locking import message_in


def save_changed(message: Message, *fields: str) -> Message:
    """Write these fields of a message whose room is locked, under the next version. Returns it as it is now."""
    message.version = message.room.next_version()
    message.save(update_fields=[*fields, "version"])
    message.room.save(update_fields=["version"])
    changed = message_in(message.room, message.pk)
    broadcasts.message_changed(changed)
    return changed


def save_changed_words(message: Message, *fields: str) -> Message:
    """The same where what the message says has changed: those that quote it show it too."""
    changed = save_changed(message, *fields)
    for quoting in message.quoted_by.filter(deleted_at=None).order_by("position"):
        quoting.room = message.room
        save_changed(quoting)
    return changed


def save_standing(membership: Membership, *fields: str) -> None:
    """Write what was decided of somebody in a room that is locked. Of who left, the room hears nothing."""
    if membership.left_at is not None:
        membership.save(update_fields=fields)
        return
    membership.version = membership.room.next_version()
    membership.save(update_fields=[*fields, "version"])
    membership.room.save(update_fields=["version"])
    broadcasts.member_changed(membership)
