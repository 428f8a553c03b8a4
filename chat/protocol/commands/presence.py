from typing import Annotated, Literal

import msgspec

from chat.protocol.commands.base import Command, Id, Offset, Time


class Ping(Command, tag="ping"):
    pass


class PresenceTouch(Command, tag="presence.touch"):
    pass


class RosterPage(Command, tag="roster.page"):
    room: Id
    offset: Offset = 0
    q: Annotated[str, msgspec.Meta(max_length=100)] = ""  # characters: no name is as long


class StatusSet(Command, tag="status.set"):
    mode: Literal["auto", "away", "dnd", "invisible"] = "auto"
    text: str = ""
    emoji: str = ""
    until: Time | None = None


class PersonBlock(Command, tag="person.block"):
    user: Id


class PersonUnblock(Command, tag="person.unblock"):
    user: Id


class PersonZone(Command, tag="person.zone"):
    time_zone: str
