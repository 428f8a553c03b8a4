"""What each command does: authorise, call a service, acknowledge."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from chat import frames
from chat.database import write
from chat.errors import BadFrame, Internal, NotFound, Refused
from chat.events import message_card
from chat.group_commit import group_commit
from chat.hub import Hub
from chat.hub.connection import Connection
from chat.services import reading, rooms
from chat.services.messages import Post

logger = logging.getLogger(__name__)


async def run(hub: Hub, connection: Connection, text: str) -> None:
    """Do what a frame asks for, and answer it: with an ack, or with an error that says why not."""
    number: int | None = None
    try:
        command = frames.decode_command(text)
        number = command.id
        await _HANDLERS[type(command)](hub, connection, command)
    except BadFrame as refused:
        connection.tell(_error(frames.command_id(text), refused))
    except Refused as refused:
        if refused.__cause__:
            logger.warning("A command was refused: %r", refused.__cause__)
        connection.tell(_error(number, refused))
    except Exception:
        logger.exception("A command failed")
        connection.tell(_error(number, Internal()))


async def open_room(hub: Hub, connection: Connection, command: frames.RoomOpen) -> None:
    opening = await hub.open_room(connection, command.room, command.since)
    _ack(connection, command, room=opening.listed, version=opening.changes.head)
    await hub.show(connection, opening)


async def close_room(hub: Hub, connection: Connection, command: frames.RoomClose) -> None:
    hub.close_room(connection)
    _ack(connection, command)


async def join_room(hub: Hub, connection: Connection, command: frames.RoomJoin) -> None:
    if command.room is not None:
        room = await write(rooms.join, connection.user, command.room)
    elif command.name is not None:
        room = await write(rooms.go_to, connection.user, command.name)
    else:
        raise BadFrame
    listed = await hub.listed_rooms(connection.user.pk, room.pk)
    if not listed:
        raise NotFound  # removed again meanwhile
    _ack(connection, command, room=listed[0])


async def leave_room(hub: Hub, connection: Connection, command: frames.RoomLeave) -> None:
    await write(rooms.leave, connection.user, command.room)
    _ack(connection, command)


async def read_room(hub: Hub, connection: Connection, command: frames.RoomRead) -> None:
    position = await write(reading.mark_read, connection.user, command.room, command.position)
    _ack(connection, command, position=position)


async def post_message(hub: Hub, connection: Connection, command: frames.MessagePost) -> None:
    post = Post(connection.user, command.room, command.body, command.client_id, command.kind)
    message = await group_commit().post(post)
    _ack(connection, command, message=message_card(message))


async def touch(hub: Hub, connection: Connection, command: frames.PresenceTouch) -> None:
    hub.touch(connection)
    _ack(connection, command)


async def watch_directory(hub: Hub, connection: Connection, command: frames.DirectoryWatch) -> None:
    _ack(connection, command, rooms=await hub.watch_directory(connection))


_HANDLERS: dict[type[frames.Command], Callable[[Hub, Connection, Any], Awaitable[None]]] = {
    frames.RoomOpen: open_room,
    frames.RoomClose: close_room,
    frames.RoomJoin: join_room,
    frames.RoomLeave: leave_room,
    frames.RoomRead: read_room,
    frames.MessagePost: post_message,
    frames.PresenceTouch: touch,
    frames.DirectoryWatch: watch_directory,
}


def _ack(connection: Connection, command: frames.Command, **members: Any) -> None:
    connection.tell({"type": "ack", "id": command.id, **members})


def _error(number: int | None, refused: Refused) -> dict[str, Any]:
    return {"type": "error", "id": number, "code": refused.code, "detail": refused.detail, "retry": refused.retry}
