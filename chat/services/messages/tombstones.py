"""Deletion of many messages at once: leaving tombstones, or removing the rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import SET_NULL, Count, Max
from django.utils import timezone

from chat import broadcasts
from chat.models import Edit, Mention, Message, Reaction, Room

if TYPE_CHECKING:
    from accounts.models import User

# The cleared fields of a tombstone.
BARE: dict[str, Any] = {
    "body": "",
    "html": "",
    **dict.fromkeys(("quote", "notice", "edited_at", "pinned_at", "pinned_by")),
}


def leave_tombstones(room: Room, messages: Sequence[Message], by: "User | None") -> None:
    """Leave tombstones of these messages of a locked room. All rows that change with them share one version."""
    counted, ids = _counted(messages), [message.pk for message in messages]
    gone: dict[str, Any] = {"deleted_at": timezone.now(), "deleted_by": by, "version": room.next_version()}
    forget_what_hung_on(ids)
    Message.objects.filter(pk__in=ids).update(**BARE, **gone)
    Message.objects.filter(quote__in=ids).update(version=room.version)
    threads = _count_threads(room, messages)
    room.save(update_fields=["version"])
    broadcasts.messages_deleted(room, ids, counted, threads, by, gone["deleted_at"])


def forget_what_hung_on(ids: Sequence[int]) -> None:
    for what in (Edit, Reaction, Mention):
        what.objects.filter(message__in=ids).delete()


def erase(room: Room, messages: Sequence[Message]) -> list[Message]:
    """Remove the rows of these messages of a locked room, except those with replies. Returns the removed messages.

    A removal cannot be replayed: a client that asks for changes since an older version starts from scratch.
    """
    ids = [message.pk for message in messages]
    replied_to = set(Message.objects.filter(thread__in=ids).values_list("thread", flat=True))
    gone = [message for message in messages if message.pk not in replied_to]
    if gone:
        room.floor = room.next_version()
        erase_rows([message.pk for message in gone])
        threads = _count_threads(room, gone)
        room.save(update_fields=["version", "floor"])
        broadcasts.messages_removed(room, [message.pk for message in gone], _counted(gone), threads)
    return gone


def erase_rows(ids: Sequence[int]) -> None:
    """Remove messages that have no replies except among themselves, with one query for each referring table."""
    # Django's own cascade reads the rows first, while others wait for the database.
    for column in _referring():
        found = column.model._base_manager.filter(**{f"{column.name}__in": ids})
        if column.remote_field.on_delete is SET_NULL:
            found.update(**{column.name: None})
        else:
            found.delete()
    gone = Message.objects.filter(pk__in=ids)
    gone._raw_delete(gone.db)


def _referring() -> list[Any]:
    references: list[Any] = [field for field in Message._meta.get_fields(include_hidden=True) if field.one_to_many]
    replies = Message._meta.get_field("thread")
    return [reference.field for reference in references if reference.field is not replies]


# The fields that a deletion of many messages reads.
NEEDED = ("room", "author", "kind", "told", "thread", "deleted_at", "position")


def _counted(messages: Sequence[Message]) -> list[Message]:
    """Return the messages that count as unread for members who have not read that far: pages keep such counts."""
    return [
        message
        for message in messages
        if message.thread_id is None and not message.is_deleted and message.kind != Message.Kind.NOTICE
    ]


def _count_threads(room: Room, messages: Sequence[Message]) -> list[Message]:
    ids = {message.thread_id for message in messages if message.thread_id is not None}
    if not ids:
        return []
    left = Message.objects.filter(thread__in=ids, deleted_at=None).values_list("thread")
    counts = {root: (count, last) for root, count, last in left.annotate(Count("pk"), Max("created_at"))}
    roots = list(Message.objects.filter(pk__in=ids).only("pk"))
    for root in roots:
        root.reply_count, root.last_reply_at = counts.get(root.pk, (0, None))
        root.version = room.version
    Message.objects.bulk_update(roots, ["reply_count", "last_reply_at", "version"])
    return roots
