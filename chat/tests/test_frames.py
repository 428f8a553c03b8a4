import json
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import BadFrame
from chat.protocol import decode
from chat.protocol.commands.messages import MessagePost

POST = {"type": "message.post", "id": 1, "room": 3, "client_id": str(uuid4()), "body": "Hello"}


def test_a_command_is_read() -> None:
    command = decode.decode_command(json.dumps(POST))
    assert isinstance(command, MessagePost)
    assert (command.room, command.body, command.kind) == (3, "Hello", "text")


def test_a_clients_claim_about_the_author_is_not_even_read() -> None:
    command = decode.decode_command(json.dumps(POST | {"author": "mallory", "username": "mallory"}))
    assert not hasattr(command, "author")


def test_of_duplicate_keys_the_last_wins() -> None:
    text = json.dumps(POST)[:-1] + ', "body": "Goodbye"}'
    command = decode.decode_command(text)
    assert isinstance(command, MessagePost)
    assert command.body == "Goodbye"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        '"x"',
        "null",
        "NaN",
        "{}",
        '{"type": "message.post"}',
        '{"type": "no.such.command", "id": 1}',
        '{"type": "__class__", "id": 1}',
        '{"type": ["message.post"], "id": 1}',
        pytest.param(json.dumps(POST | {"room": "3"}), id="room is text"),
        pytest.param(json.dumps(POST | {"room": 0}), id="room is zero"),
        pytest.param(json.dumps(POST | {"room": 2**63}), id="room is too big"),
        pytest.param(json.dumps(POST | {"room": float("nan")}), id="room is NaN"),
        pytest.param(json.dumps(POST | {"body": None}), id="no body"),
        pytest.param(json.dumps(POST | {"body": "\ud800"}), id="lone surrogate in body"),
        pytest.param(json.dumps(POST | {"client_id": "not a uuid"}), id="client id is no UUID"),
        pytest.param(json.dumps(POST | {"kind": "shout"}), id="unknown kind"),
        pytest.param(json.dumps(POST)[:-1] + ', "x": ' + "[" * 30_000 + "}", id="too deep"),
        pytest.param(json.dumps(POST)[:-1] + ', "x": ' + "9" * 30_000 + "e}", id="endless number"),
        pytest.param('{"type": "room.open", "id": ' + "9" * 30_000 + ', "room": 1}', id="endless id"),
    ],
    ids=lambda text: text[:40] or "empty",
)
def test_a_bad_frame_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadFrame):
        decode.decode_command(text)


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_any_text_is_either_decoded_or_refused(text: str) -> None:
    try:
        decode.decode_command(text)
    except BadFrame:
        decode.command_id(text)


def test_the_id_of_a_bad_command_is_told_where_it_can_be_read() -> None:
    assert decode.command_id('{"id": 8, "type": "no.such.command"}') == 8
    assert decode.command_id('{"id": "8"}') is None
    assert decode.command_id("nonsense") is None
