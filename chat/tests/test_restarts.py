"""A server that is stopped and started again, which users should not notice (docs/acceptance.md)."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from chat.models import Room
from chat.tests.helpers.talk import bodies_in_order, fetch, in_thread, open_room
from chat.tests.helpers.watching import (
    LEASE,
    Tab,
    counts,
    sees,
    settled,
    told_of_presence,
    views,
)
from testing.length import length
from testing.machine import patience
from testing.ports import accepts
from testing.processes import UNLIMITED, PlainServer, Proxy, Server, Valkey
from testing.rows import Measured
from testing.sockets import Client, session_cookie
from testing.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

Servers = Callable[..., Server]

COME_BACK = {1001, 1012}
LINGER_OF_A_DRAIN = length.pick(full=30, short=min(round(patience(15)), 30))  # s, enough to start a server again
LINGERING = {"ROOMFUL_DRAIN_LINGER_MS": str(LINGER_OF_A_DRAIN * 1000)}


@pytest.mark.row(22)
async def test_a_server_that_is_told_to_end_sends_its_people_away_and_back_and_nobody_seems_gone(
    servers: Servers, measured: Measured, alice: User, bob: User, general: Room
) -> None:
    one, other = servers(**LINGERING), servers(**LINGERING)
    async with Client(one, alice) as a, Tab(other, bob, general) as b:
        await open_room(a, general)
        await sees(a, "alice", "bob")
        await settled(a)
        before = told_of_presence(a)
        with measured.time("until the server has ended", within=5):
            await in_thread(other.stop)()
        await length.elapse(full=10, short=0)
        await in_thread(other.start)()
        await b.shown()
        assert set(b.codes) <= COME_BACK
        await length.elapse(full=LINGER_OF_A_DRAIN + LEASE, short=LINGER_OF_A_DRAIN + 1)
        assert told_of_presence(a) == before
        assert all(view == {"alice", "bob"} for view in views(*b.clients[1:]))
        assert b.clients[-1].hello["rooms"][0]["here"] == 2
    assert "Traceback" not in other.log.read_text()


@pytest.mark.row(22)
async def test_servers_that_are_restarted_one_after_the_other_show_nobody_as_gone(
    servers: Servers, alice: User, bob: User, general: Room
) -> None:
    both = servers(**LINGERING), servers(**LINGERING)
    async with Tab(both[0], alice, general) as a, Tab(both[1], bob, general) as b:
        for tab in (a, b):
            await sees(tab.clients[0], "alice", "bob")
        first = [len(views(tab.clients[0])) for tab in (a, b)]
        for _ in range(length.pick(full=3, short=1)):
            for server, tab in zip(both, (a, b), strict=True):
                await in_thread(server.stop)()
                await tab.lost()
                await in_thread(server.start)()
                await tab.shown()
        await length.elapse(full=LINGER_OF_A_DRAIN + LEASE, short=LINGER_OF_A_DRAIN + 1)
        for tab, seen in zip((a, b), first, strict=True):
            assert set(tab.codes) <= COME_BACK
            assert all(view == {"alice", "bob"} for view in views(*tab.clients)[seen:])
            assert all(count == 2 for client in tab.clients[1:] for count in counts(client, general))


async def test_commands_sent_before_a_shutdown_are_answered_before_the_close(
    servers: Servers, alice: User, bob: User, general: Room
) -> None:
    server = servers(**UNLIMITED)
    async with AsyncExitStack() as stack:
        writers = [await stack.enter_async_context(Client(server, user)) for user in (alice, bob) * 5]
        asked = {writer: [str(uuid4()) for _ in range(10)] for writer in writers}
        answers = [
            (writer, await writer.ask("message.post", room=general.pk, client_id=client_id, body=client_id))
            for writer in writers
            for client_id in asked[writer]
        ]
        await writers[0].event("message.posted")
        stopping = asyncio.create_task(in_thread(server.stop)())
        acknowledged = [(await writer.answer(id))["message"]["body"] for writer, id in answers]
        assert {await writer.closed() for writer in writers} <= COME_BACK
        await stopping
        assert sorted(acknowledged) == sorted(await bodies_in_order(general))
        assert len(acknowledged) == 100


async def test_a_write_under_way_is_stored_and_answered_while_the_others_leave_and_nobody_comes(
    servers: Servers, alice: User, bob: User, general: Room
) -> None:
    server = servers()
    async with Client(server, alice) as writer, Client(server, bob) as idle:
        enough = threading.Event()
        async with keeping(general, enough):
            asked = await writer.ask("message.post", room=general.pk, client_id=str(uuid4()), body="Just in time")
            assert accepts(server.port)
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
            assert await idle.closed() == 1012
            assert not accepts(server.port)
            assert not stopping.done()
            enough.set()
        assert (await writer.answer(asked))["message"]["body"] == "Just in time"
        assert await writer.closed() == 1012
        await stopping
    assert await bodies_in_order(general) == ["Just in time"]


async def test_a_page_under_way_is_served_to_its_end(servers: Servers, alice: User, general: Room) -> None:
    server, cookie = servers(), await in_thread(session_cookie)(alice)
    enough = threading.Event()
    async with keeping(general, enough):
        leaving = ask_to_leave(server, general, cookie)
        # it was sent later, so the earlier request has arrived
        await asyncio.to_thread(fetch, server, "/accounts/login/")
        stopping = asyncio.create_task(asyncio.to_thread(server.stop))
        await asyncio.to_thread(eventually, lambda: not accepts(server.port))
        enough.set()
    with closing(leaving):
        assert leaving.getresponse().status == 302
    await stopping


async def test_a_peer_that_does_not_answer_the_close_does_not_delay_a_shutdown(
    servers: Servers, measured: Measured, tmp_path: Path, alice: User
) -> None:
    server = servers()
    way = Proxy(tmp_path / "proxy.log", f"127.0.0.1:{server.port}").start()
    try:
        async with Client(server, alice, port=way.port):
            way.pause()
            with measured.time("until the server has ended", within=5):
                await in_thread(server.stop)()
            way.kill()
    finally:
        way.stop()


async def test_a_redis_that_answers_nothing_does_not_delay_a_shutdown(
    servers: Servers, valkey: Valkey, measured: Measured, alice: User
) -> None:
    server = servers()
    async with Client(server, alice) as a:
        valkey.pause()
        try:
            with measured.time("until the server has ended", within=5):
                await in_thread(server.stop)()
        finally:
            valkey.resume()
        assert await a.closed() == 1012
    assert "Traceback" not in server.log.read_text()


async def test_another_asgi_server_that_is_restarted_within_its_lease_shows_nobody_as_gone(
    servers: Servers, alice: User, bob: User, general: Room
) -> None:
    lease = length.pick(full=8, short=min(round(patience(8)), 12))  # s
    given = {"PRESENCE_LEASE_MS": str(lease * 1000)}
    one, plain = servers(**given), servers(PlainServer, **given)
    async with Client(one, alice) as a, Tab(plain, bob, general) as b:
        await open_room(a, general)
        await sees(a, "alice", "bob")
        await settled(a)
        before = told_of_presence(a)
        await in_thread(plain.stop)()
        await in_thread(plain.start)()
        await b.shown()
        await asyncio.sleep(lease + 2)  # the lease of the process that ended must expire, too
        assert told_of_presence(a) == before


@asynccontextmanager
async def keeping(room: Room, enough: threading.Event) -> AsyncIterator[None]:
    """Keep the room locked by another transaction until `enough` is set."""
    begun = threading.Event()
    writing = asyncio.create_task(asyncio.to_thread(keep, room, begun, enough))
    await asyncio.to_thread(begun.wait, 10)
    try:
        yield
    finally:
        enough.set()
        await writing


def keep(room: Room, begun: threading.Event, enough: threading.Event) -> None:
    with transaction.atomic():
        Room.objects.select_for_update().get(pk=room.pk)
        begun.set()
        enough.wait(10)
    connection.close()


def ask_to_leave(server: Server, room: Room, cookie: str) -> HTTPConnection:
    """Send the form for leaving without a socket, and do not wait for the answer."""
    connection = HTTPConnection("localhost", server.port, timeout=patience(30))
    token = "x" * 32
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}; {settings.CSRF_COOKIE_NAME}={token}",
        "X-CSRFToken": token,
        "Origin": server.origin,
    }
    connection.request("POST", f"/rooms/{room.pk}/leave/", headers=headers)
    return connection
