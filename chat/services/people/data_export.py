"""Chat data of a user for the export of their account (docs/export.md), read in pages since it may be large."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from chat.models import Block, Membership, Message, Reaction, Room, Status

AT_ONCE = 500  # rows

Row = dict[str, Any]


def memberships_of(user: User) -> Iterator[Row]:
    for membership in _paged(Membership.objects.filter(user=user).select_related("room")):
        yield {
            **_room(membership.room),
            "role": membership.role,
            "joined": membership.joined_at,
            "left": membership.left_at,
        }


def messages_of(user: User) -> Iterator[Row]:
    # Deleted messages are left out, and so are notices, which belong to the room.
    said = Message.objects.filter(author=user, deleted_at=None, notice__isnull=True)
    for message in _paged(said.select_related("room")):
        yield {
            "id": message.pk,
            **_room(message.room),
            "at": message.created_at,
            "edited": message.edited_at,
            "kind": message.kind,
            "body": message.body,
            "thread": message.thread_id,
            "quote": message.quote_id,
        }


def reactions_of(user: User) -> Iterator[Row]:
    for reaction in _paged(Reaction.objects.filter(user=user).select_related("message__room")):
        yield {**_room(reaction.message.room), "message": reaction.message_id, "emoji": reaction.emoji}


def blocks_of(user: User) -> Iterator[Row]:
    for block in _paged(Block.objects.by(user).select_related("blocked")):
        yield {"user": block.blocked_id, "username": block.blocked.username, "since": block.created_at}


def status_of(user: User) -> Iterator[Row]:
    for status in Status.objects.filter(user=user):
        yield {name: getattr(status, name) for name in ("mode", "text", "emoji", "until", "last_seen_at")}


def _room(room: Room) -> Row:
    return {"room_id": room.pk, "room": room.name, "room_kind": room.kind}


def _paged(found: QuerySet[Any]) -> Iterator[Any]:
    reached = 0
    while rows := list(found.filter(pk__gt=reached).order_by("pk")[:AT_ONCE]):
        yield from rows
        reached = rows[-1].pk
