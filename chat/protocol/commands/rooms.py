from chat.protocol.commands.base import Command, Id, Version


class RoomOpen(Command, tag="room.open"):
    room: Id
    since: Version | None = None


class RoomClose(Command, tag="room.close"):
    room: Id | None = None


class RoomJoin(Command, tag="room.join"):
    room: Id | None = None
    name: str | None = None
    create: bool = False


class RoomLeave(Command, tag="room.leave"):
    room: Id


class RoomRead(Command, tag="room.read"):
    room: Id
    position: Version
    marks: Version | None = None


class RoomUnread(Command, tag="room.unread"):
    room: Id
    position: Version


class DirectoryWatch(Command, tag="directory.watch"):
    pass
