"""Decoding of clients' frames to commands. Unknown keys are ignored; values must have the right type."""

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
    """Decode the command in a frame. Raises BadFrame."""
    try:
        return _decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError) as error:
        raise BadFrame from error


def command_id(text: str) -> int | None:
    """Return the id in a frame that is no valid command, if it can be read: the error then names its command."""
    try:
        return _decode_number(text).id
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError):
        return None
