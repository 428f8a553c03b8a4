"""Agreement of docs/protocol.md and docs/commands.schema.json with the code. Every `Client` checks events."""

from pathlib import Path

import pytest

from chat.errors import Refused
from chat.protocol.commands.base import Command
from chat.protocol.decode import COMMANDS
from chat.protocol.schema import schema
from testing.documented import check_event, section

SCHEMA = Path(__file__).parents[2] / "docs" / "commands.schema.json"


def codes_of(refused: type[Refused]) -> set[str]:
    own = {refused.code} if hasattr(refused, "code") else set[str]()
    return own.union(*map(codes_of, refused.__subclasses__()))


def tag_of(command: type[Command]) -> str:
    return str(command.__struct_config__.tag)


def test_the_documentation_names_every_command_and_no_other() -> None:
    assert set(section("Commands")) == {tag_of(command) for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS, ids=tag_of)
def test_the_documentation_names_every_member_of_a_command(command: type[Command]) -> None:
    assert set(command.__struct_fields__) - {"id"} <= section("Commands")[tag_of(command)]


def test_the_documentation_names_every_code_of_an_error() -> None:
    assert set(section("Error codes")) == codes_of(Refused) - {"signed_out"}  # signed_out closes the socket


def test_the_schema_is_that_of_the_code() -> None:
    assert SCHEMA.read_text() == schema(), "python -m chat.protocol.schema > docs/commands.schema.json"


@pytest.mark.parametrize("event", [{"type": "room.painted"}, {"type": "room.gained", "room": {}, "colour": "red"}])
def test_an_event_that_is_not_documented_is_found(event: dict[str, object]) -> None:
    check_event({"type": "room.gained", "room": {}})
    with pytest.raises(AssertionError, match="does not name"):
        check_event(event)
