"""Handlers for opening, joining and leaving rooms, and for read positions."""

from chat.errors import BadFrame, NotFound
from chat.handlers.replies import Handlers, ack, write_for
from chat.hub import Hub
from chat.hub.delivery.connection import Connection
from chat.protocol.commands.rooms import DirectoryWatch, RoomClose, RoomJoin, RoomLeave, RoomOpen, RoomRead, RoomUnread
from chat.queries.history_limits import get_traffic
from chat.services.messages import read_positions
from chat.services.rooms import membership


async def open_room(hub: Hub, connection: Connection, command: RoomOpen) -> None:
    get_traffic().check(connection.user.pk)
    hold, opened = await hub.open_room(connection, command.room, command.since)
    get_traffic().charge(connection.user.pk, sum(part.size for part in opened.missed))
    ranks = {} if opened.ranks is None else {"ranks": {str(user): role for user, role in opened.ranks.items()}}
    ack(connection, command, room=opened.listed | {"here": hub.counts.of(command.room)}, version=opened.head, **ranks)
    await hub.show(connection, hold, opened)


async def close_room(hub: Hub, connection: Connection, command: RoomClose) -> None:
    if command.room in (None, connection.room):
        hub.close_room(connection)
    else:
        hub.close_earlier_room(connection, command.room)
    ack(connection, command)


async def join_room(hub: Hub, connection: Connection, command: RoomJoin) -> None:
    if command.room is not None:
        room = await write_for(connection, membership.join, command.room)
    elif command.name is not None:
        room = await write_for(connection, membership.go_to, command.name, connection.address, create=command.create)
    else:
        raise BadFrame
    listed = await hub.listed_rooms(connection.user.pk, room.pk)
    if not listed:
        raise NotFound  # removed again in the meantime
    ack(connection, command, room=listed[0])


async def leave_room(hub: Hub, connection: Connection, command: RoomLeave) -> None:
    await write_for(connection, membership.leave, command.room, connection.address)
    ack(connection, command)


async def read_room(hub: Hub, connection: Connection, command: RoomRead) -> None:
    position = await write_for(connection, read_positions.mark_read, command.room, command.position, command.marks)
    ack(connection, command, position=position)


async def unread_room(hub: Hub, connection: Connection, command: RoomUnread) -> None:
    position = await write_for(connection, read_positions.mark_unread, command.room, command.position)
    ack(connection, command, position=position)


async def watch_directory(hub: Hub, connection: Connection, command: DirectoryWatch) -> None:
    ack(connection, command, rooms=await hub.watch_directory(connection))


HANDLERS: Handlers = {
    RoomOpen: open_room,
    RoomClose: close_room,
    RoomJoin: join_room,
    RoomLeave: leave_room,
    RoomRead: read_room,
    RoomUnread: unread_room,
    DirectoryWatch: watch_directory,
}
