"""Random frames to a real server: each is answered or closes its socket, and has no other effect."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from chat.models import Room
from chat.services.messages import posting
from chat.tests.helpers.nonsense import texts, wires
from testing.length import length
from testing.processes import UNLIMITED, Server
from testing.sockets import Client, session_cookie
from testing.wire import BINARY, CLOSE, PING, Wire, close, frame

Run = Callable[[Any], Any]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.row(34)]

TEXTS, WIRES = length.pick(full=95_000, short=9_500), length.pick(full=2_000, short=200)  # frames, sequences
BATCH = 100
REFUSALS = {1002, 1003, 1007, 1009}
LAST = 2**53 - 1  # the id of a command that no other frame uses

# The same frames in every run. A failing batch is reduced to the failing frames.
quickly = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))

# -- Texts -------------------------------------------------------------------------------------------------------------


@settings(quickly, max_examples=TEXTS // BATCH)
@given(batch=st.lists(texts, min_size=BATCH, max_size=BATCH))
def check_texts(run: Run, server: Server, cookie: str, ids: dict[str, int], batch: list[str]) -> None:
    batch = [re.sub("ROOM|MESSAGE|USER", lambda name: str(ids[name[0]]), text) for text in batch]
    for text, answer in zip(batch, run(answers(server, cookie, batch)), strict=True):
        assert answer["type"] == "ack" or answer["code"] != "internal", text


async def answers(server: Server, cookie: str, batch: list[str]) -> list[dict[str, Any]]:
    """Return one answer for each frame, in order."""
    answers: list[dict[str, Any]] = []
    async with Wire(server, cookie) as wire:
        await wire.send(*(frame(text.encode("utf-8", "replace")) for text in batch))
        await wire.send(frame(json.dumps({"type": "presence.touch", "id": LAST})))
        while not answers or answers[-1].get("id") != LAST:
            answers += [event for event in await wire.events() if event["type"] in ("ack", "error")]
    return answers[:-1]


# -- Bytes -------------------------------------------------------------------------------------------------------------


@settings(quickly, max_examples=WIRES // BATCH)
@given(batch=st.lists(wires, min_size=BATCH, max_size=BATCH))
def check_wires(run: Run, server: Server, cookie: str, batch: list[list[bytes]]) -> None:
    for sent, code in zip(batch, run(codes(server, cookie, batch)), strict=True):
        assert code in {1000, None, *REFUSALS}, sent


async def codes(server: Server, cookie: str, batch: list[list[bytes]]) -> list[int | None]:
    return await asyncio.gather(*(code_after(server, cookie, sent) for sent in batch))


async def code_after(server: Server, cookie: str, sent: list[bytes]) -> int | None:
    """Return the close code. None if there was none, since the close frame counts as the contents of another frame."""
    async with Wire(server, cookie) as wire:
        try:
            await wire.send(*sent, close())
            return await asyncio.wait_for(wire.ended(), 0.3)
        except (ConnectionError, TimeoutError):
            return None


# -- Extremes ----------------------------------------------------------------------------------------------------------

ANSWERED = {
    "deep": "[" * 60_000,
    "deep objects": '{"a":' * 10_000,
    "a long integer": '{"type":"room.open","id":1,"room":' + "9" * 60_000 + "}",
    "a long exponent": '{"type":"room.open","id":1,"room":1e' + "9" * 60_000 + "}",
    "NUL": "\0",
    "a lone surrogate": '{"type":"room.join","id":1,"name":"\\ud800"}',
    "many keys": "{" + ",".join(f'"k{number}":1' for number in range(5_000)) + "}",
}
CLOSED = {
    "10^5 deep": (1009, frame("[" * 100_000)),
    "10^5 digits": (1009, frame("9" * 100_000)),
    "binary": (1003, frame(b"\0\xff", BINARY)),
    "bad UTF-8": (1007, frame(b"\xff\xfe")),
    "a surrogate in UTF-8": (1007, frame(b'"\xed\xa0\x80"')),
    "UTF-8 that is cut": (1007, frame(b"\xe2\x82")),
    "unmasked": (1002, frame("{}", masked=False)),
    "a reserved bit": (1002, frame("{}", rsv=4)),
    "a reserved opcode": (1002, frame("{}", 3)),
    "a reserved control opcode": (1002, frame("", 11)),
    "a ping in parts": (1002, frame("x", PING, fin=False)),
    "a long ping": (1002, frame("x" * 126, PING)),
    "a continuation of nothing": (1002, frame("x", 0)),
    "a beginning within another": (1002, frame("x", fin=False) + frame("x")),
    "a length that could be shorter": (1002, frame("x", width=8)),
    "a length beyond all": (1002, frame("x", width=8, claims=2**64 - 1)),
    "a close code that is none": (1002, close(1005)),
    "a close reason that is no UTF-8": (1007, frame(b"\x03\xe8\xff", CLOSE)),
}


async def check_extremes(server: Server, cookie: str) -> None:
    found = dict(zip(ANSWERED, await answers(server, cookie, list(ANSWERED.values())), strict=True))
    assert {name: answer["code"] for name, answer in found.items()} == dict.fromkeys(ANSWERED, "bad_frame")
    for name, (code, sent) in CLOSED.items():
        async with Wire(server, cookie) as wire:
            await wire.send(sent)
            assert await wire.ended() == code, name


def test_frames_that_make_no_sense_are_answered_or_close_their_socket(
    servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    server, cookie = servers(**UNLIMITED), session_cookie(alice)
    said = posting.post_message(alice, general.pk, body="Hello", client_id=uuid4())
    ids = {"ROOM": general.pk, "MESSAGE": said.pk, "USER": bob.pk}
    with asyncio.Runner() as runner:
        runner.run(check_extremes(server, cookie))
        check_texts(runner.run, server, cookie, ids)
        check_wires(runner.run, server, cookie)
        runner.run(an_ordinary_client_is_answered(server, bob))
    log = server.log.read_text()
    assert not [line for line in log.splitlines() if "Traceback" in line or " ERROR " in line]


async def an_ordinary_client_is_answered(server: Server, bob: User) -> None:
    async with Client(server, bob) as client:
        await client.command("room.join", name="lobby", create=True)
        await client.command("presence.touch")
