"""Slow readers: ephemeral events are dropped, and replaced when they catch up."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from chat.hub.delivery.connection import Connection
from chat.hub.delivery.frame import Frame
from chat.hub.delivery.transports import QueuedTransport
from testing.machine import patience
from testing.processes import Server
from testing.sockets import open_socket

pytestmark = pytest.mark.django_db(transaction=True)


class Filling(Server):
    program = ("testing.filling",)


async def test_our_server_drops_ephemeral_events_for_a_slow_reader_and_makes_up_for_them(
    servers: Callable[..., Server],
) -> None:
    server = servers(Filling)
    async with open_socket(server, max_queue=1) as slow, open_socket(server) as watcher:
        await slow.send("tell")
        assert await next_of(slow) == [{"type": "ephemeral", "number": 1}]
        for round in range(2):  # it can happen again
            slow.transport.pause_reading()
            await slow.send("fill")
            for _ in range(50):
                await slow.send("tell")
            await has_told(watcher, 51 + 51 * round)
            slow.transport.resume_reading()
            filling = 0
            while (events := await next_of(slow))[0]["type"] == "filling":
                filling += 1
            assert filling > 10
            assert events == [{"type": "made.up"}]
            await slow.send("tell")
            assert await next_of(slow) == [{"type": "ephemeral", "number": 52 + 51 * round}]


async def test_any_other_server_drops_ephemeral_events_for_a_slow_reader_and_makes_up_for_them() -> None:
    # On such a server `send` waits for the reader, as ASGI allows.
    may_send, sent = asyncio.Event(), list[Any]()

    async def send(message: dict[str, Any]) -> None:
        await may_send.wait()
        sent.extend(json.loads(message["text"]))

    def make_up(connection: Connection) -> None:
        connection.deliver_ephemeral(Frame.of({"type": "made.up"}))

    connection = Connection(cast(User, AnonymousUser()), "", QueuedTransport(send))
    connection.greet()
    connection.deliver(Frame.of({"type": "posted"}))
    connection.deliver_ephemeral(Frame.of({"type": "ephemeral", "number": 1}), make_up)  # no reader is behind yet
    await settle()
    for number in (2, 3):
        connection.deliver_ephemeral(Frame.of({"type": "ephemeral", "number": number}), make_up)
        connection.deliver_ephemeral(Frame.of({"type": "passing", "number": number}))
    assert sent == []
    may_send.set()
    await settle()
    assert sent == [{"type": "posted"}, {"type": "ephemeral", "number": 1}, {"type": "made.up"}]
    connection.deliver_ephemeral(Frame.of({"type": "ephemeral", "number": 4}), make_up)
    await settle()
    assert sent[3:] == [{"type": "ephemeral", "number": 4}]
    connection.end()


async def next_of(socket: Any) -> list[dict[str, Any]]:
    return json.loads(await asyncio.wait_for(socket.recv(), patience(10)))


async def has_told(watcher: Any, times: int) -> None:
    """Wait until the server has processed all commands of the other socket."""
    async with asyncio.timeout(patience(10)):
        while True:
            await watcher.send("count")
            if await next_of(watcher) == [{"type": "told", "times": times}]:
                return


async def settle() -> None:
    """Let every ready task run."""
    for _ in range(10):
        await asyncio.sleep(0)
