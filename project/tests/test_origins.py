"""Handshakes that real servers refuse, without any other effect."""

import asyncio
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import User
from chat.tests.helpers.talk import in_thread
from testing.machine import patience
from testing.processes import Server
from testing.sockets import Client, session_cookie
from testing.wire import handshake

NOT_OURS = [
    None,
    "null",
    "https://evil.example",
    "http://localhost",
    "http://localhost:1",
    "https://localhost:{port}",
    "http://localhost:{port}.evil.example",
    "http://localhost:{port}/",
    "http://localhost.:{port}",
    "HTTP://LOCALHOST:{port}",
    "http://user@localhost:{port}",
    "http://[::1",
    "localhost:{port}",
    "\xe9\xff",
    "http://localhost:{port}, http://evil.example",
    "http://localhost:{port}, http://localhost:{port}",
    "http://localhost:999999999999",
]
ODD_LINES = [
    "Sec-WebSocket-Protocol: \xe9",
    "Sec-WebSocket-Extensions: ;;=,\xff",
    "Sec-WebSocket-Key: another",
    "Sec-WebSocket-Version: x",
    "Host: localhost:x",
    "Cookie: \xff=\xfe; sessionid=\xe9",
    "X-Forwarded-For: \xff",
    "Daphne-Root-Path: \xff",
    "User-Agent: \xff",
    "Upgrade: h2c",
]


@pytest.fixture
def cookie(alice: User) -> str:
    return session_cookie(alice)


async def status_of(server: Server, request: bytes) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request)
    line = await asyncio.wait_for(reader.readline(), patience(10))
    writer.transport.abort()
    return int(line.split()[1])


async def statuses(server: Server, *requests: bytes) -> list[int]:
    return [await status_of(server, request) for request in requests]


@pytest.mark.row(28)
async def test_a_page_of_another_origin_opens_no_socket(server: Server, cookie: str) -> None:
    ours = [f"http://{host}:{server.port}" for host in ("localhost", "127.0.0.1")]
    assert await statuses(server, *(handshake(server, cookie, origin=origin) for origin in ours)) == [101, 101]

    origins = [origin and origin.replace("{port}", str(server.port)) for origin in NOT_OURS]
    found = await statuses(server, *(handshake(server, cookie, origin=origin) for origin in origins))
    assert dict(zip(origins, found, strict=True)) == dict.fromkeys(origins, 403)
    for twice in (ours[0], "https://evil.example"):
        assert await status_of(server, handshake(server, cookie, f"Origin: {twice}")) == 403
    assert "Traceback" not in server.log.read_text()


@pytest.mark.row(33)
async def test_a_user_who_is_not_signed_in_opens_no_socket(
    server: Server, alice: User, bob: User, mallory: User
) -> None:
    valid, expired, banned, old, ended = [
        await in_thread(session_cookie)(person) for person in (alice, alice, bob, mallory, alice)
    ]
    everybody = (valid, expired, banned, old, ended)
    assert await statuses(server, *(handshake(server, cookie) for cookie in everybody)) == [101] * 5

    await Session.objects.filter(pk=expired).aupdate(expire_date=timezone.now() - timedelta(seconds=1))
    await User.objects.filter(pk=bob.pk).aupdate(is_active=False)
    mallory.set_password("another password")
    await mallory.asave()
    await Session.objects.filter(pk=ended).adelete()
    nobody = ["", "forged", "\xff", "x" * 5_000, expired, banned, old, ended]
    assert await statuses(server, *(handshake(server, cookie) for cookie in nobody)) == [403] * len(nobody)
    assert await status_of(server, handshake(server, valid)) == 101
    assert "Traceback" not in server.log.read_text()


async def test_malformed_handshakes_are_refused_without_a_traceback(server: Server, cookie: str, alice: User) -> None:
    odd = [handshake(server, cookie, line) for line in ODD_LINES]
    odd += [handshake(server, cookie, path=path) for path in ("/", "/ws", "/other/", "/ws/?\xff", "/%ff%00", "//ws/")]
    for status in await statuses(server, *odd):
        assert status in (101, 400, 403, 404)
    async with Client(server, alice) as client:
        await client.command("presence.touch")
    assert "Traceback" not in server.log.read_text()
