import asyncio
import os
import socket
import subprocess
import sys
from contextlib import closing, suppress
from http.client import HTTPConnection

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from accounts.models import User
from chat.models import Room
from project.server.daphne import BACKLOG, is_local, with_backlog
from testing.machine import patience
from testing.processes import Server
from testing.rows import Measured
from testing.sockets import Client, session_cookie
from testing.waiting import eventually
from testing.wire import PING, Wire, frame, handshake

FRAME = 64 * 1024  # bytes
MB = 1_000_000
MASKED_BINARY_FRAME = b"\x82\x81\0\0\0\0x"
CLOSE_1003 = b"\x88\x02" + (1003).to_bytes(2, "big")


def test_a_client_cannot_choose_the_path_at_which_the_site_is_mounted(server: Server) -> None:
    with closing(HTTPConnection("localhost", server.port, timeout=patience(10))) as connection:
        connection.request("GET", "/", headers={"Daphne-Root-Path": "/elsewhere"})
        assert connection.getresponse().headers["Location"] == "/accounts/login/?next=/"


async def test_a_client_cannot_choose_the_path_at_which_sockets_are_mounted(server: Server, alice: User) -> None:
    async with Client(server, alice, headers={"Daphne-Root-Path": "/ws"}) as client:
        assert client.hello["user"]["username"] == "alice"


@pytest.mark.row(35)
async def test_a_frame_that_is_too_big_closes_the_socket_and_fills_no_memory(
    server: Server, measured: Measured, alice: User
) -> None:
    cookie = await sync_to_async(session_cookie)(alice)
    async with Client(server, alice) as client:
        await client.send("x" * FRAME)
        assert (await client.event("error"))["code"] == "bad_frame"
        before = server.memory()
        await client.send("x" * (FRAME + 1))
        assert await client.closed() == 1009

    part = frame(b"x" * 32_768, 0, fin=False)
    too_much = {
        "a message of 100 MB": (1009, frame(b"x", fin=False), part),
        "a frame of 100 MB": (1009, frame(b"", claims=100 * MB), b"x" * 32_768),
        "a ping of 100 MB": (1002, frame(b"", PING, claims=100 * MB), b"x" * 32_768),
    }
    for what, (code, beginning, more) in too_much.items():
        async with Wire(server, cookie) as wire:
            said = asyncio.create_task(wire.ended())
            with suppress(ConnectionError):
                await wire.send(beginning)
                for _ in range(100 * MB // len(more)):
                    await wire.send(more)
            assert await said == code, what
            measured(what, (server.memory() - before) / MB, within=5, unit="MB")


@pytest.mark.row(35)
async def test_a_client_that_reads_no_answers_fills_no_memory(server: Server, measured: Measured, alice: User) -> None:
    cookie = await sync_to_async(session_cookie)(alice)
    async with Wire(server, cookie) as wire:
        before = server.memory()
        wire.reader._transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(150):
            await wire.send(frame(b"x" * 125, PING) * 500)
        await wire.send(frame('{"type":"room.join","id":1,"name":"all-was-read","create":true}'))
        await sync_to_async(eventually)(Room.objects.filter(name="all-was-read").exists, within=30)
        measured("pongs that nobody takes", (server.memory() - before) / MB, within=5, unit="MB")


@pytest.mark.row(35)
def test_a_request_without_an_end_is_cut_off(server: Server, measured: Measured) -> None:
    before = server.memory()
    for more in (b"x" * 32_768, b"\r\nX-More: " + b"x" * 1_000):
        with socket.create_connection(("127.0.0.1", server.port), timeout=patience(10)) as peer:
            peer.sendall(b"GET /ws/ HTTP/1.1")
            with pytest.raises(ConnectionError):
                send_without_an_end(peer, more)
    measured("a request without an end", (server.memory() - before) / MB, within=5, unit="MB")


def send_without_an_end(peer: socket.socket, more: bytes) -> None:
    for _ in range(100 * MB // len(more)):
        peer.sendall(more)


async def test_a_socket_is_never_compressed(server: Server, alice: User) -> None:
    """Compression would let a few bytes expand to many."""
    async with Client(server, alice, compression="deflate") as client:
        assert client.socket.protocol.extensions == []


async def test_a_client_has_longer_than_a_second_to_answer_a_close(server: Server, alice: User) -> None:
    """A limit of one second could be none at all: autobahn counts in whole seconds."""
    cookie = await sync_to_async(session_cookie)(alice)
    reader, writer = await asyncio.open_connection("localhost", server.port)
    writer.write(handshake(server, cookie))
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), patience(10))
    writer.write(MASKED_BINARY_FRAME)
    await asyncio.wait_for(reader.readuntil(CLOSE_1003), patience(10))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 1.5)
    writer.close()


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
        env={**os.environ, **server.its_site()},
        capture_output=True,
        text=True,
        check=False,
        timeout=patience(60),
    )
    assert second.returncode == 1
    assert str(server.port) in second.stderr
    assert second.stderr.count("\n") == 1


def test_a_tcp_endpoint_gets_a_long_backlog_unless_it_names_one() -> None:
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
def test_an_endpoint_is_local_if_no_other_machine_can_reach_it(endpoint: str, local: bool) -> None:
    assert is_local(endpoint) is local
