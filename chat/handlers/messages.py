"""Handlers for messages, reactions, pins, threads and typing."""

from functools import partial

from chat import broadcasts
from chat.handlers.group_commit import group_commit
from chat.handlers.replies import Handlers, ack, act_for, check_stands_in, write_for
from chat.hub import Hub
from chat.hub.delivery.connection import Connection
from chat.protocol.commands.messages import (
    MessageDelete,
    MessageEdit,
    MessagePin,
    MessagePost,
    MessageUnpin,
    ReactionAdd,
    ReactionRemove,
    ThreadRead,
    TypingStart,
    TypingStop,
)
from chat.protocol.events import message_card
from chat.queries.presence import online
from chat.runtime.database import Lane, run
from chat.services.messages import editing, pins, reactions, threads
from chat.services.messages.mentions import says_here
from chat.services.messages.posting import Post, check_body
from chat.services.messages.rendering import renderer
from chat.services.moderation import moderation


async def post_message(hub: Hub, connection: Connection, command: MessagePost) -> None:
    post = Post(
        connection.user,
        command.room,
        command.body,
        command.client_id,
        kind=command.kind,
        quote=command.quote,
        thread=command.thread,
        online=await online() if says_here(command.body) else frozenset(),
        session=connection.session,
    )
    message = await group_commit().post(post)
    ack(connection, command, message=message_card(message))


async def edit_message(hub: Hub, connection: Connection, command: MessageEdit) -> None:
    check_body(command.body)
    kind = await run(Lane.PREPARATION, partial(editing.kind_of, command.message))
    # Render before the transaction: on SQLite, every other write would wait for it.
    rendered = await renderer().render(connection.user, command.room, kind, command.body)
    edit = partial(editing.edit_message, rendered=rendered, based_on=command.based_on)
    message = await write_for(connection, edit, command.room, command.message, command.body)
    ack(connection, command, message=message_card(message))


async def delete_message(hub: Hub, connection: Connection, command: MessageDelete) -> None:
    message = await act_for(connection, moderation.delete_message, command.room, command.message, reason=command.reason)
    ack(connection, command, message=message_card(message))


async def pin_message(hub: Hub, connection: Connection, command: MessagePin) -> None:
    message = await write_for(connection, pins.pin, command.room, command.message)
    ack(connection, command, message=message_card(message))


async def unpin_message(hub: Hub, connection: Connection, command: MessageUnpin) -> None:
    message = await write_for(connection, pins.unpin, command.room, command.message)
    ack(connection, command, message=message_card(message))


async def add_reaction(hub: Hub, connection: Connection, command: ReactionAdd) -> None:
    message = await write_for(connection, reactions.add_reaction, command.room, command.message, command.emoji)
    ack(connection, command, message=message_card(message))


async def remove_reaction(hub: Hub, connection: Connection, command: ReactionRemove) -> None:
    message = await write_for(connection, reactions.remove_reaction, command.room, command.message, command.emoji)
    ack(connection, command, message=message_card(message))


async def read_thread(hub: Hub, connection: Connection, command: ThreadRead) -> None:
    position = await write_for(connection, threads.mark_thread_read, command.room, command.message, command.position)
    ack(connection, command, position=position)


async def start_typing(hub: Hub, connection: Connection, command: TypingStart) -> None:
    check_stands_in(hub, connection, command.room)
    if _is_seen_typing(hub, connection, command.room):
        broadcasts.typing_started(command.room, connection.user, command.thread)
    ack(connection, command)


async def stop_typing(hub: Hub, connection: Connection, command: TypingStop) -> None:
    check_stands_in(hub, connection, command.room)
    if not hub.people.is_hidden(connection.user.pk):
        broadcasts.typing_stopped(command.room, connection.user, command.thread)
    ack(connection, command)


def _is_seen_typing(hub: Hub, connection: Connection, room_id: int) -> bool:
    """Return whether the tab shows the room and its user could post there."""
    rights = connection.typing_rights if connection.room == room_id else None
    return rights is not None and rights.may_write and not hub.people.is_hidden(connection.user.pk)


HANDLERS: Handlers = {
    MessagePost: post_message,
    MessageEdit: edit_message,
    MessageDelete: delete_message,
    MessagePin: pin_message,
    MessageUnpin: unpin_message,
    ReactionAdd: add_reaction,
    ReactionRemove: remove_reaction,
    ThreadRead: read_thread,
    TypingStart: start_typing,
    TypingStop: stop_typing,
}
