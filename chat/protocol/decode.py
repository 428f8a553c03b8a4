"""Frames of clients, decoded to commands. Keys that no command has are ignored; values must be of their type."""

from functools import reduce
from operator import or_

import msgspec

from chat.errors import BadFrame
from chat.protocol.commands.base import Command, CommandId


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
