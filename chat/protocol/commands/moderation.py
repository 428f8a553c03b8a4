from typing import Literal

from chat.protocol.commands.base import Command, Id, Time


class MemberRemove(Command, tag="member.remove"):
    room: Id
    user: Id
    reason: str = ""


class MemberBan(Command, tag="member.ban"):
    room: Id
    user: Id
    until: Time | None = None
    reason: str = ""


class MemberUnban(Command, tag="member.unban"):
    room: Id
    user: Id


class MemberMute(Command, tag="member.mute"):
    room: Id
    user: Id
    until: Time
    reason: str = ""


class MemberUnmute(Command, tag="member.unmute"):
    room: Id
    user: Id


class MemberRole(Command, tag="member.role"):
    room: Id
    user: Id
    role: Literal["moderator", "member"]


class RoomTransfer(Command, tag="room.transfer"):
    room: Id
    user: Id


class RoomLock(Command, tag="room.lock"):
    room: Id
    reason: str = ""


class RoomUnlock(Command, tag="room.unlock"):
    room: Id


class RoomSlow(Command, tag="room.slow"):
    room: Id
    seconds: int
