"""The in-process server of tests: it refuses what a real server refuses, and leaves nothing behind."""

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db.backends.signals import connection_created
from redis.asyncio.connection import AbstractConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from accounts.models import User
from chat.hub import get_hub
from chat.tests.helpers.talk import in_thread
from testing import site as sites
from testing.in_process import InProcessServer, Socket
from testing.processes import Server, Valkey
from testing.sockets import Client, Endpoint, open_socket, session_cookie
from testing.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cookie(alice: User) -> str:
    return session_cookie(alice)


async def status(server: Endpoint, cookie: str = "", origin: str | None = "") -> int:
    try:
        async with open_socket(server, cookie, origin):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_a_handshake_is_refused_as_by_a_real_server(site: InProcessServer, server: Server, cookie: str) -> None:
    handshakes: list[tuple[str, str | None]] = [
        (cookie, ""),
        ("", ""),
        ("forged", ""),
        (cookie, None),
        (cookie, "https://evil.example"),
    ]
    for endpoint in (site, server):
        assert [await status(endpoint, *handshake) for handshake in handshakes] == [101, 403, 403, 403, 403]


async def test_a_closed_socket_takes_no_frame(site: InProcessServer, alice: User) -> None:
    async with Client(site, alice) as client:
        await client.send(b"\x00")
        assert await client.closed() == 1003
        with pytest.raises(ConnectionClosed):
            await client.send("{}")


async def test_a_killed_browser_leaves_the_hub(site: InProcessServer, alice: User) -> None:
    async with Client(site, alice) as client, Client(site, alice):
        hub = get_hub()
        client.vanish()
        assert await client.closed() == 1006
        await in_thread(eventually)(lambda: len(hub.connections[alice.pk]) == 1)


async def test_an_error_of_the_application_is_raised_in_the_test() -> None:
    async def application(scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "[]"})
        raise RuntimeError("a mistake")

    socket = await Socket(application, {}).open()
    assert [frame async for frame in socket] == ["[]"]
    assert socket.close_code == 1011
    with pytest.raises(RuntimeError, match="a mistake"):
        await socket.close()


async def test_a_socket_that_is_left_open_fails_the_test(
    valkey: Valkey, cookie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sites, "REST_SECONDS", 0.1)
    with pytest.raises(AssertionError, match=r"still holds something: .*connections=1"):
        async with InProcessServer() as site:
            await open_socket(site, cookie)


async def test_nothing_of_the_server_is_left(valkey: Valkey, alice: User) -> None:
    def note(connection: Any, **_: Any) -> None:
        if threading.current_thread().name.startswith("database-"):
            made.append(connection)

    made: list[Any] = []
    connection_created.connect(note)
    tasks, before = asyncio.all_tasks(), connections_to_redis()
    async with InProcessServer() as site, Client(site, alice) as client:
        await client.command("room.join", name="lobby", create=True)
        assert connections_to_redis() > before
    assert asyncio.all_tasks() == tasks
    assert connections_to_redis() <= before
    assert made
    assert all(connection.connection is None for connection in made)


def connections_to_redis() -> set[AbstractConnection]:
    """Return the open connections of this process's event loops."""
    found = [each for each in gc.get_objects() if issubclass(type(each), AbstractConnection)]
    return {connection for connection in found if connection.is_connected}
