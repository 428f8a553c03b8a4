"""Handlers for direct conversations, and for the user's own list of rooms."""

from chat.errors import NotFound
from chat.handlers.replies import Handlers, ack, write_for
from chat.hub import Hub
from chat.hub.delivery.connection import Connection
from chat.protocol.commands.directs import DirectOpen, RoomKeep, RoomsOrder
from chat.services.rooms import directs, list_preferences


async def open_direct(hub: Hub, connection: Connection, command: DirectOpen) -> None:
    room = await write_for(connection, directs.open_direct, command.people)
    listed = await hub.listed_rooms(connection.user.pk, room.pk)
    if not listed:
        raise NotFound
    ack(connection, command, room=listed[0])


async def keep_room(hub: Hub, connection: Connection, command: RoomKeep) -> None:
    changes = {"quiet": command.quiet, "favourite": command.favourite, "put_away": command.put_away}
    await write_for(connection, list_preferences.keep_room, command.room, **changes)
    ack(connection, command)


async def order_rooms(hub: Hub, connection: Connection, command: RoomsOrder) -> None:
    await write_for(connection, list_preferences.order_rooms, command.rooms)
    ack(connection, command)


HANDLERS: Handlers = {
    DirectOpen: open_direct,
    RoomKeep: keep_room,
    RoomsOrder: order_rooms,
}
