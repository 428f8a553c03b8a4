"""Editing and deletion of messages."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from chat import conf
from chat.errors import Edited, Forbidden
from chat.markup import markdown
from chat.models import Edit, Message
from chat.permissions.acts import Act
from chat.permissions.messages import MessageAction
from chat.services.messages import mentions
from chat.services.messages.posting import check_body
from chat.services.messages.posting_rights import message_to
from chat.services.messages.threads import count_replies
from chat.services.messages.tombstones import BARE, forget_what_hung_on
from chat.services.messages.versions import save_changed, save_changed_words
from chat.services.shared.locking import locked_room, membership_for, message_in

if TYPE_CHECKING:
    from accounts.models import User


def kind_of(message_id: int) -> str:
    """Return the kind of a message, for rendering a new body of it; the default if there is no such message."""
    found = Message.objects.filter(pk=message_id).values_list("kind", flat=True).first()
    return found or Message.Kind.TEXT


def edit_message(
    editor: "User",
    room_id: int,
    message_id: int,
    body: str,
    *,
    based_on: int | None = None,
    rendered: mentions.Rendered | None = None,
) -> Message:
    """Replace the body of the user's own message, and keep the former one. The same body again changes nothing.

    The message notifies the same members as before. `based_on` is the version of the message that the editor changed,
    if known. `rendered` is the new body as HTML, if it was rendered already.

    Raises NotFound (also for a deleted message), Forbidden, Invalid, and Edited if the body has changed since
    `based_on`.
    """
    check_body(body)
    if rendered is None:
        rendered = mentions.render(kind_of(message_id), body, mentions.look_up(editor, room_id, body))
    with transaction.atomic():
        room = locked_room(room_id)
        message = message_to(MessageAction.EDIT, editor, room, message_id)
        if body == message.body:
            return message
        if based_on is not None and message.has_other_words_than_at(based_on):
            raise Edited(message)
        _keep_version(message)
        message.body, message.html, message.rendering = body, rendered.html, markdown.RENDERING
        message.edited_at = timezone.now()
        message.body_version = room.version + 1  # the next one, under which it is saved
        return save_changed_words(message, "body", "html", "rendering", "edited_at", "body_version")


@transaction.atomic
def delete_own_message(deleter: "User", room_id: int, message_id: int) -> Message:
    """Leave a tombstone of the user's own message, even if they may not write. Repeating it changes nothing.

    Moderators delete others' messages in chat/services/moderation/moderation.py. Raises NotFound, Forbidden.
    """
    room = locked_room(room_id)
    membership_for(deleter, room, Act.POST)
    message = message_in(room, message_id)
    if not message.said_by(deleter):
        raise Forbidden
    return message if message.is_deleted else leave_tombstone(message, deleter)


def _keep_version(message: Message) -> None:
    Edit.objects.create(message=message, body=message.body, written_at=message.edited_at or message.created_at)
    # The first former body and the latest ones are kept.
    kept = message.edits.order_by("pk").values_list("pk", flat=True)
    latest = list(kept.reverse()[: conf.edits_kept()])
    message.edits.filter(pk__gt=kept[0], pk__lt=latest[-1]).delete()


def leave_tombstone(message: Message, deleter: "User | None") -> Message:
    """Clear a message of a locked room, with its edits, reactions and mentions; replies to it stay."""
    forget_what_hung_on([message.pk])
    gone = {**BARE, "deleted_at": timezone.now(), "deleted_by": deleter}
    for name, value in gone.items():
        setattr(message, name, value)
    message = save_changed_words(message, *gone)
    if message.thread_id is not None:
        root = message_in(message.room, message.thread_id)
        count_replies(root)
        save_changed(root, "reply_count", "last_reply_at")
    return message
