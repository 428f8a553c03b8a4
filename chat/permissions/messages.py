"""Permissions of a member on a message, decided from facts: nothing here reads the database.

`static/chat/rules/permissions.js` decides the same in the browser, for each message of a log. One table of cases tests
both.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from chat.errors import Forbidden, NotFound, Refused
from chat.models import Message, Room
from chat.permissions.actions import Target, rank_refusal, refusal_in
from chat.permissions.acts import Act, allows, outranks

if TYPE_CHECKING:
    from accounts.models import User

NOBODY = Target()


class PostingBlock(StrEnum):
    """A reason why a member may not write in a room."""

    ARCHIVED = "archived"
    DELETED = "deleted"  # everyone else in a direct conversation has deleted their account
    BLOCKED_BY = "blocked_by"  # the other person blocks the member: browsers do not know
    BLOCKED = "blocked"  # the member blocks the other person
    MUTED = "muted"
    LOCKED = "locked"
    READ_ONLY = "read_only"  # blocks posts only


class MessageAction(StrEnum):
    EDIT = "edit"
    PIN = "pin"  # and unpin
    REACT = "react"
    QUOTE = "quote"
    REPORT = "report"
    DELETE = "delete"


# Actions that count as writing, with the act that a role must allow.
WRITING = {MessageAction.EDIT: Act.POST, MessageAction.PIN: Act.PIN, MessageAction.REACT: Act.REACT}


@dataclass(frozen=True, slots=True)
class Writer:
    """A user who writes in a room. The last three fields apply to direct conversations only."""

    roles: frozenset[str]
    is_muted: bool = False
    is_blocked: bool = False
    is_blocking: bool = False
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class MessageState:
    """Facts about a message that decide what may be done with it. Messages of the room itself are no user's own."""

    author: Target = NOBODY  # where the action depends on the author's role
    is_own: bool = False
    is_notice: bool = False
    is_told_by_room: bool = False
    is_deleted: bool = False

    @classmethod
    def of(cls, message: Message, user: "User | None", author: Target = NOBODY) -> Self:
        return cls(
            author=author,
            is_own=user is not None and message.said_by(user),
            is_notice=message.kind == Message.Kind.NOTICE,
            is_told_by_room=message.notice is not None,
            is_deleted=message.is_deleted,
        )


def writing_block(writer: Writer, room: Room) -> PostingBlock | None:
    blocks = {
        PostingBlock.ARCHIVED: room.archived_at is not None,
        PostingBlock.DELETED: writer.is_alone,
        PostingBlock.BLOCKED_BY: writer.is_blocked,
        PostingBlock.BLOCKED: writer.is_blocking,
        PostingBlock.MUTED: writer.is_muted,
        PostingBlock.LOCKED: room.is_locked and not allows(writer.roles, Act.POST_ALWAYS),
    }
    return next((block for block, holds in blocks.items() if holds), None)


def posting_block(writer: Writer, room: Room) -> PostingBlock | None:
    """Return why the writer may not post. In a read-only room, members may still react, pin and edit their messages."""
    if block := writing_block(writer, room):
        return block
    is_closed = room.is_read_only and not allows(writer.roles, Act.POST_ALWAYS)
    return PostingBlock.READ_ONLY if is_closed else None


def actions_on_message(writer: Writer, room: Room, message: MessageState) -> frozenset[MessageAction]:
    if message.is_deleted:
        return frozenset()
    return frozenset(action for action in MessageAction if refusal_on_message(writer, room, message, action) is None)


def refusal_on_message(writer: Writer, room: Room, message: MessageState, action: MessageAction) -> Refused | None:
    """Return why a user may not do something with a message of a room.

    Deleting a deleted message is allowed, and changes nothing.
    """
    match action:
        case MessageAction.DELETE:
            return _deletion_refusal(writer.roles, room, message)
        case MessageAction.REPORT:
            return refusal_in(writer.roles, room, Act.REPORT) or _report_refusal(message)
        case MessageAction.QUOTE if posting_block(writer, room):
            return Forbidden()
        case MessageAction.QUOTE:
            return absence_of(message)
    if refused := refusal_in(writer.roles, room, WRITING[action]):
        return refused
    if writing_block(writer, room):
        return Forbidden()
    if action == MessageAction.EDIT:
        return _edit_refusal(message)
    return absence_of(message)


def absence_of(message: MessageState) -> Refused | None:
    """Return NotFound for messages that cannot be quoted, reacted to or pinned: deleted ones, and notices."""
    return NotFound.message() if message.is_deleted or message.is_notice else None


def _deletion_refusal(roles: frozenset[str], room: Room, message: MessageState) -> Refused | None:
    """Return why a user may not delete a message.

    Members may delete their own messages even if they may not write. Messages of others need a moderator with a higher
    role than the author.
    """
    if message.is_own:
        return refusal_in(roles, room, Act.POST)
    if refused := refusal_in(roles, room, Act.DELETE_ANY):
        return refused
    if message.is_told_by_room or outranks(roles, message.author.roles_in(room)):
        return None
    return rank_refusal()


def _edit_refusal(message: MessageState) -> Refused | None:
    if message.is_deleted:
        return NotFound.message()
    return None if message.is_own else Forbidden()


def _report_refusal(message: MessageState) -> Refused | None:
    if message.is_deleted:
        return NotFound.message()
    return Forbidden() if message.is_own or message.is_notice else None
