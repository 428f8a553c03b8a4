"""The commands that a client may send, as types: docs/protocol.md says what each means.

What is not named is ignored; what is named must be of its type. Nothing else from the wire reaches the program.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from chat.errors import BadFrame

# What a row's id can be. A greater number would overflow in the database.
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Offset = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Version = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Time = Annotated[datetime, msgspec.Meta(tz=True)]
CommandId = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]  # exact in JavaScript


class Command(msgspec.Struct, tag_field="type"):
    id: CommandId


class RoomOpen(Command, tag="room.open"):
    room: Id
    since: Version | None = None


class RoomClose(Command, tag="room.close"):
    pass


class RoomJoin(Command, tag="room.join"):
    room: Id | None = None
    name: str | None = None


class RoomLeave(Command, tag="room.leave"):
    room: Id


class RoomRead(Command, tag="room.read"):
    room: Id
    position: Version


class RoomUnread(Command, tag="room.unread"):
    room: Id
    position: Version


class MessagePost(Command, tag="message.post"):
    room: Id
    client_id: UUID
    body: str
    kind: Literal["text", "action", "notice"] = "text"
    quote: Id | None = None
    thread: Id | None = None


class MessageEdit(Command, tag="message.edit"):
    room: Id
    message: Id
    body: str


class MessageDelete(Command, tag="message.delete"):
    room: Id
    message: Id


class MessagePin(Command, tag="message.pin"):
    room: Id
    message: Id


class MessageUnpin(Command, tag="message.unpin"):
    room: Id
    message: Id


class ReactionAdd(Command, tag="reaction.add"):
    room: Id
    message: Id
    emoji: str


class ReactionRemove(Command, tag="reaction.remove"):
    room: Id
    message: Id
    emoji: str


class ThreadRead(Command, tag="thread.read"):
    room: Id
    message: Id
    position: Version


class TypingStart(Command, tag="typing.start"):
    room: Id
    thread: Id | None = None


class TypingStop(Command, tag="typing.stop"):
    room: Id
    thread: Id | None = None


class PresenceTouch(Command, tag="presence.touch"):
    pass


class RosterPage(Command, tag="roster.page"):
    room: Id
    offset: Offset = 0
    q: Annotated[str, msgspec.Meta(max_length=100)] = ""  # characters: no name is as long


class DirectoryWatch(Command, tag="directory.watch"):
    pass


class StatusSet(Command, tag="status.set"):
    mode: Literal["auto", "away", "dnd", "invisible"] = "auto"
    text: str = ""
    emoji: str = ""
    until: Time | None = None


class PersonZone(Command, tag="person.zone"):
    time_zone: str


AnyCommand = (
    RoomOpen
    | RoomClose
    | RoomJoin
    | RoomLeave
    | RoomRead
    | RoomUnread
    | MessagePost
    | MessageEdit
    | MessageDelete
    | MessagePin
    | MessageUnpin
    | ReactionAdd
    | ReactionRemove
    | ThreadRead
    | TypingStart
    | TypingStop
    | PresenceTouch
    | RosterPage
    | DirectoryWatch
    | StatusSet
    | PersonZone
)


class _Numbered(msgspec.Struct):
    id: CommandId


_decode = msgspec.json.Decoder(AnyCommand).decode
_decode_number = msgspec.json.Decoder(_Numbered).decode


def decode_command(text: str) -> AnyCommand:
    """The command in a frame. Raises BadFrame."""
    try:
        return _decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError) as error:
        raise BadFrame from error


def command_id(text: str) -> int | None:
    """The id in a frame that was no command, where even that can be read: its error can then be told apart."""
    try:
        return _decode_number(text).id
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError):
        return None
