"""The commands that a client may send, as types: docs/protocol.md says what each means.

What is not named is ignored; what is named must be of its type. Nothing else from the wire reaches the program.

rooms.py  messages.py  people.py  directs.py  moderation.py  removal.py  reports.py   the commands
command.py                                                                            what they are made of
"""

from functools import reduce
from operator import or_

import msgspec

from chat.errors import BadFrame
from chat.frames.command import Command, CommandId
from chat.frames.directs import DirectOpen, RoomKeep, RoomsOrder
from chat.frames.messages import (
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
from chat.frames.moderation import (
    MemberBan,
    MemberMute,
    MemberRemove,
    MemberRole,
    MemberUnban,
    MemberUnmute,
    RoomLock,
    RoomSlow,
    RoomTransfer,
    RoomUnlock,
)
from chat.frames.people import PersonBlock, PersonUnblock, PersonZone, Ping, PresenceTouch, RosterPage, StatusSet
from chat.frames.removal import MemberPurge
from chat.frames.reports import MessageReport
from chat.frames.rooms import DirectoryWatch, RoomClose, RoomJoin, RoomLeave, RoomOpen, RoomRead, RoomUnread

__all__ = [
    "COMMANDS",
    "Command",
    "DirectOpen",
    "DirectoryWatch",
    "MemberBan",
    "MemberMute",
    "MemberPurge",
    "MemberRemove",
    "MemberRole",
    "MemberUnban",
    "MemberUnmute",
    "MessageDelete",
    "MessageEdit",
    "MessagePin",
    "MessagePost",
    "MessageReport",
    "MessageUnpin",
    "PersonBlock",
    "PersonUnblock",
    "PersonZone",
    "Ping",
    "PresenceTouch",
    "ReactionAdd",
    "ReactionRemove",
    "RoomClose",
    "RoomJoin",
    "RoomKeep",
    "RoomLeave",
    "RoomLock",
    "RoomOpen",
    "RoomRead",
    "RoomSlow",
    "RoomTransfer",
    "RoomUnlock",
    "RoomUnread",
    "RoomsOrder",
    "RosterPage",
    "StatusSet",
    "ThreadRead",
    "TypingStart",
    "TypingStop",
    "command_id",
    "decode_command",
]


class _Numbered(msgspec.Struct):
    id: CommandId


COMMANDS: list[type[Command]] = Command.__subclasses__()

_decode = msgspec.json.Decoder(reduce(or_, COMMANDS)).decode
_decode_number = msgspec.json.Decoder(_Numbered).decode


def decode_command(text: str) -> Command:
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
