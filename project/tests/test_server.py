import asyncio
import subprocess
import sys
from contextlib import closing, suppress
from http.client import HTTPConnection

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from websockets.exceptions import ConnectionClosed

from accounts.models import User
from project.server import BACKLOG, is_local, with_backlog
from project.testing.processes import Server
from project.testing.sockets import Client, session_cookie

FRAME = 64 * 1024  # bytes
MASKED_BINARY_FRAME = b"\x82\x81\0\0\0\0x"
CLOSE_1003 = b"\x88\x02" + (1003).to_bytes(2, "big")


def test_nobody_but_the_operator_says_where_the_site_is_mounted(server: Server) -> None:
    with closing(HTTPConnection("localhost", server.port, timeout=10)) as connection:
        connection.request("GET", "/", headers={"Daphne-Root-Path": "/elsewhere"})
        assert connection.getresponse().headers["Location"] == "/accounts/login/?next=/"


async def test_nor_do_they_for_sockets(server: Server, alice: User) -> None:
    async with Client(server, alice, headers={"Daphne-Root-Path": "/ws"}) as client:
        assert client.hello["user"]["username"] == "alice"


async def test_a_frame_that_is_too_big_closes_the_socket(server: Server, alice: User) -> None:
    async with Client(server, alice) as client:
        await client.send("x" * FRAME)
        assert (await client.event("error"))["code"] == "bad_frame"

        await client.send("x" * (FRAME + 1))
        assert await client.closed() == 1009


async def test_a_peer_has_a_while_to_answer_a_close(server: Server, alice: User) -> None:
    """Longer than a second, which may be none: autobahn counts in whole ones."""
    key = await sync_to_async(session_cookie)(alice)
    lines = [
        "GET /ws/ HTTP/1.1",
        f"Host: localhost:{server.port}",
        f"Origin: {server.origin}",
        f"Cookie: {settings.SESSION_COOKIE_NAME}={key}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
    ]
    reader, writer = await asyncio.open_connection("localhost", server.port)
    writer.write("\r\n".join([*lines, "", ""]).encode())
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    writer.write(MASKED_BINARY_FRAME)
    await asyncio.wait_for(reader.readuntil(CLOSE_1003), 10)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 1.5)
    writer.close()


async def test_a_message_of_many_frames_fills_no_memory(server: Server, alice: User) -> None:
    async with Client(server, alice) as client:
        before = server.memory()
        with suppress(ConnectionClosed):
            await client.socket.send("x" * 32_768 for _ in range(3_000))
        assert await client.closed() == 1009
        assert server.memory() - before < 5_000_000


async def test_text_that_is_no_utf8_closes_the_socket(server: Server, alice: User) -> None:
    async with Client(server, alice) as client:
        await client.socket.send(b"\xff\xfe", text=True)
        assert await client.closed() == 1007


async def test_a_server_that_is_stopped_and_started_is_at_the_same_place(server: Server, alice: User) -> None:
    server.stop()
    assert not server.log.read_text().count("Traceback")
    server.start()
    async with Client(server, alice) as client:
        assert client.hello["user"]["username"] == "alice"


def test_a_port_in_use_ends_the_start_with_one_line(server: Server) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "project.server", "--port", str(server.port), "--verbosity", "0"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert second.returncode == 1
    assert str(server.port) in second.stderr
    assert second.stderr.count("\n") == 1


def test_many_handshakes_may_wait_at_once() -> None:
    assert with_backlog("tcp:port=8000:interface=127.0.0.1").endswith(f":backlog={BACKLOG}")
    assert with_backlog("tcp:port=8000:backlog=5").endswith(":backlog=5")
    assert with_backlog("fd:fileno=3") == "fd:fileno=3"


@pytest.mark.parametrize(
    ("endpoint", "local"),
    [
        ("tcp:port=8000:interface=127.0.0.1", True),
        ("tcp:port=8000:interface=localhost", True),
        (r"tcp:port=8000:interface=\:\:1", True),
        ("unix:/run/roomful.sock", True),
        ("tcp:port=8000:interface=0.0.0.0", False),
        (r"tcp:port=8000:interface=\:\:", False),
        ("tcp:port=8000", False),
        ("tcp:8000", False),
        ("fd:fileno=3", False),
        ("tcp:port=8000:interface=chat.example.org", False),
    ],
)
def test_it_knows_what_others_can_reach(endpoint: str, local: bool) -> None:
    assert is_local(endpoint) is local
