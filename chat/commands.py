"""What each command does: authorise, call a service, acknowledge."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from accounts.models import User
from chat import broadcasts, frames
from chat.attendance import online
from chat.database import write
from chat.errors import BadFrame, Internal, Limited, NotFound, Refused, SignedOut
from chat.events import message_card, own_status
from chat.group_commit import group_commit
from chat.hub import Hub
from chat.hub.connection import SIGNED_OUT, Connection
from chat.services import editing, people, pins, reactions, reading, rooms, status, threads
from chat.services.mentions import says_here
from chat.services.messages import Post
from chat.services.standing import in_session

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


async def run(hub: Hub, connection: Connection, text: str) -> None:
    """Do what a frame asks for, and answer it: with an ack, or with an error that says why not."""
    number: int | None = None
    try:
        command = frames.decode_command(text)
        number = command.id
        hub.allowances.spend(hub, connection, command)
        await _HANDLERS[type(command)](hub, connection, command)
    except Limited as limited:
        connection.refuse(_error(number, limited))
    except BadFrame as refused:
        connection.tell(_error(frames.command_id(text), refused))
    except SignedOut as refused:
        connection.tell(_error(number, refused))
        connection.close(SIGNED_OUT)
    except Refused as refused:
        if refused.__cause__:
            logger.warning("A command was refused: %r", refused.__cause__)
        connection.tell(_error(number, refused))
    except Exception:
        logger.exception("A command failed")
        connection.tell(_error(number, Internal()))


async def open_room(hub: Hub, connection: Connection, command: frames.RoomOpen) -> None:
    hold, opened = await hub.open_room(connection, command.room, command.since)
    _ack(connection, command, room=opened.listed | {"here": hub.counts.of(command.room)}, version=opened.head)
    await hub.show(connection, hold, opened)


async def close_room(hub: Hub, connection: Connection, command: frames.RoomClose) -> None:
    hub.close_room(connection)
    _ack(connection, command)


async def join_room(hub: Hub, connection: Connection, command: frames.RoomJoin) -> None:
    if command.room is not None:
        room = await _write(connection, rooms.join, command.room)
    elif command.name is not None:
        room = await _write(connection, rooms.go_to, command.name)
    else:
        raise BadFrame
    listed = await hub.listed_rooms(connection.user.pk, room.pk)
    if not listed:
        raise NotFound  # removed again meanwhile
    _ack(connection, command, room=listed[0])


async def leave_room(hub: Hub, connection: Connection, command: frames.RoomLeave) -> None:
    await _write(connection, rooms.leave, command.room)
    _ack(connection, command)


async def read_room(hub: Hub, connection: Connection, command: frames.RoomRead) -> None:
    position = await _write(connection, reading.mark_read, command.room, command.position)
    _ack(connection, command, position=position)


async def unread_room(hub: Hub, connection: Connection, command: frames.RoomUnread) -> None:
    position = await _write(connection, reading.mark_unread, command.room, command.position)
    _ack(connection, command, position=position)


async def post_message(hub: Hub, connection: Connection, command: frames.MessagePost) -> None:
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
    _ack(connection, command, message=message_card(message))


async def edit_message(hub: Hub, connection: Connection, command: frames.MessageEdit) -> None:
    message = await _write(connection, editing.edit_message, command.room, command.message, command.body)
    _ack(connection, command, message=message_card(message))


async def delete_message(hub: Hub, connection: Connection, command: frames.MessageDelete) -> None:
    message = await _write(connection, editing.delete_message, command.room, command.message)
    _ack(connection, command, message=message_card(message))


async def pin_message(hub: Hub, connection: Connection, command: frames.MessagePin) -> None:
    message = await _write(connection, pins.pin, command.room, command.message)
    _ack(connection, command, message=message_card(message))


async def unpin_message(hub: Hub, connection: Connection, command: frames.MessageUnpin) -> None:
    message = await _write(connection, pins.unpin, command.room, command.message)
    _ack(connection, command, message=message_card(message))


async def add_reaction(hub: Hub, connection: Connection, command: frames.ReactionAdd) -> None:
    message = await _write(connection, reactions.add_reaction, command.room, command.message, command.emoji)
    _ack(connection, command, message=message_card(message))


async def remove_reaction(hub: Hub, connection: Connection, command: frames.ReactionRemove) -> None:
    message = await _write(connection, reactions.remove_reaction, command.room, command.message, command.emoji)
    _ack(connection, command, message=message_card(message))


async def read_thread(hub: Hub, connection: Connection, command: frames.ThreadRead) -> None:
    position = await _write(connection, threads.mark_thread_read, command.room, command.message, command.position)
    _ack(connection, command, position=position)


async def start_typing(hub: Hub, connection: Connection, command: frames.TypingStart) -> None:
    _check_stands_in(hub, connection, command.room)
    if not hub.people.is_hidden(connection.user.pk):
        broadcasts.typing_started(command.room, connection.user, command.thread)
    _ack(connection, command)


async def stop_typing(hub: Hub, connection: Connection, command: frames.TypingStop) -> None:
    _check_stands_in(hub, connection, command.room)
    if not hub.people.is_hidden(connection.user.pk):
        broadcasts.typing_stopped(command.room, connection.user, command.thread)
    _ack(connection, command)


async def touch(hub: Hub, connection: Connection, command: frames.PresenceTouch) -> None:
    hub.touch(connection)
    _ack(connection, command)


async def page_roster(hub: Hub, connection: Connection, command: frames.RosterPage) -> None:
    _ack(connection, command, **hub.roster_page(connection, command.room, command.offset, command.q))


async def watch_directory(hub: Hub, connection: Connection, command: frames.DirectoryWatch) -> None:
    _ack(connection, command, rooms=await hub.watch_directory(connection))


async def set_status(hub: Hub, connection: Connection, command: frames.StatusSet) -> None:
    decided = {"mode": command.mode, "text": command.text, "emoji": command.emoji}
    user = await _write(connection, status.set_status, **decided, until=command.until)
    _ack(connection, command, status=own_status(user))


async def note_zone(hub: Hub, connection: Connection, command: frames.PersonZone) -> None:
    time_zone = await _write(connection, people.note_time_zone, command.time_zone)
    _ack(connection, command, time_zone=time_zone)


_HANDLERS: dict[type[frames.Command], Callable[[Hub, Connection, Any], Awaitable[None]]] = {
    frames.RoomOpen: open_room,
    frames.RoomClose: close_room,
    frames.RoomJoin: join_room,
    frames.RoomLeave: leave_room,
    frames.RoomRead: read_room,
    frames.RoomUnread: unread_room,
    frames.MessagePost: post_message,
    frames.MessageEdit: edit_message,
    frames.MessageDelete: delete_message,
    frames.MessagePin: pin_message,
    frames.MessageUnpin: unpin_message,
    frames.ReactionAdd: add_reaction,
    frames.ReactionRemove: remove_reaction,
    frames.ThreadRead: read_thread,
    frames.TypingStart: start_typing,
    frames.TypingStop: stop_typing,
    frames.PresenceTouch: touch,
    frames.RosterPage: page_roster,
    frames.DirectoryWatch: watch_directory,
    frames.StatusSet: set_status,
    frames.PersonZone: note_zone,
}


async def _write(
    connection: Connection, service: Callable[Concatenate[User, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Let a service write for whoever is connected, if the session is in force in that same transaction."""
    call = partial(service, connection.user, *args, **kwargs)
    return await write(in_session, connection.session, connection.user, call)


def _check_stands_in(hub: Hub, connection: Connection, room_id: int) -> None:
    if not hub.places.stands(connection, room_id):
        raise NotFound


def _ack(connection: Connection, command: frames.Command, **members: Any) -> None:
    connection.tell({"type": "ack", "id": command.id, **members})


def _error(number: int | None, refused: Refused) -> dict[str, Any]:
    error = {"type": "error", "id": number, "code": refused.code, "detail": refused.detail, "retry": refused.retry}
    return error | {"retry_after": refused.retry_after} if isinstance(refused, Limited) else error
