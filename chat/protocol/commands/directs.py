from chat.protocol.commands.base import Command, Id


class DirectOpen(Command, tag="direct.open"):
    people: list[Id]


class RoomKeep(Command, tag="room.keep"):
    room: Id
    quiet: bool | None = None
    favourite: bool | None = None
    put_away: bool | None = None


class RoomsOrder(Command, tag="rooms.order"):
    rooms: list[Id]
