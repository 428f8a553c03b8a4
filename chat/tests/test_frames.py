import json
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import frames
from chat.errors import BadFrame

POST = {"type": "message.post", "id": 1, "room": 3, "client_id": str(uuid4()), "body": "Hello"}


def test_a_command_is_read() -> None:
    command = frames.decode_command(json.dumps(POST))
    assert isinstance(command, frames.MessagePost)
    assert (command.room, command.body, command.kind) == (3, "Hello", "text")


def test_what_a_client_claims_about_its_author_is_not_even_read() -> None:
    command = frames.decode_command(json.dumps(POST | {"author": "mallory", "username": "mallory"}))
    assert not hasattr(command, "author")


def test_of_duplicate_keys_the_last_wins() -> None:
    text = json.dumps(POST)[:-1] + ', "body": "Goodbye"}'
    command = frames.decode_command(text)
    assert isinstance(command, frames.MessagePost)
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
        json.dumps(POST | {"room": "3"}),
        json.dumps(POST | {"room": 0}),
        json.dumps(POST | {"room": 2**63}),
        json.dumps(POST | {"room": float("nan")}),
        json.dumps(POST | {"body": None}),
        json.dumps(POST | {"body": "\ud800"}),
        json.dumps(POST | {"client_id": "not a uuid"}),
        json.dumps(POST | {"kind": "shout"}),
        json.dumps(POST)[:-1] + ', "x": ' + "[" * 30_000 + "}",
        json.dumps(POST)[:-1] + ', "x": ' + "9" * 30_000 + "e}",
        '{"type": "room.open", "id": ' + "9" * 30_000 + ', "room": 1}',
    ],
    ids=lambda text: text[:40],
)
def test_a_bad_frame_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadFrame):
        frames.decode_command(text)


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_no_text_does_anything_but_decode_or_be_refused(text: str) -> None:
    try:
        frames.decode_command(text)
    except BadFrame:
        frames.command_id(text)


def test_the_id_of_a_bad_command_is_told_where_it_can_be_read() -> None:
    assert frames.command_id('{"id": 8, "type": "no.such.command"}') == 8
    assert frames.command_id('{"id": "8"}') is None
    assert frames.command_id("nonsense") is None
