"""Presence and last-seen times, while tabs and servers come and go (docs/acceptance.md)."""

import itertools
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import pytest

from accounts.models import User
from chat.models import Room
from chat.tests.helpers.talk import here, in_thread, member, open_room, post
from chat.tests.helpers.watching import LEASE, LINGER, all_see, meet, sees, sees_only, settled, told_of_presence, views
from testing.length import Length
from testing.processes import UNLIMITED, Proxy, Server, WrongClockServer
from testing.rows import Measured
from testing.sockets import Client

pytestmark = pytest.mark.django_db(transaction=True)

Servers = Callable[..., Server]
End = Callable[[Client], Awaitable[object]]


async def close(client: Client) -> None:
    await client.socket.close()


async def vanish(client: Client) -> None:
    client.vanish()


@pytest.mark.row(18)
@pytest.mark.parametrize("end", [close, vanish])
async def test_a_user_whose_last_tab_is_closed_is_gone_after_the_linger(
    servers: Servers, measured: Measured, end: End, alice: User, bob: User, general: Room
) -> None:
    one, other = servers(), servers()
    async with Client(one, alice) as near, Client(other, alice) as far, Client(one, bob) as b:
        for client in (near, far, b):
            await open_room(client, general)
        await all_see((near, far), "alice", "bob")
        await end(b)
        for what, client in {"on the same server": near, "on another": far}.items():
            with measured.time(f"gone {what}", within=LINGER + 2):
                await sees_only(client, "alice", within=30)


@pytest.mark.row(19)
@pytest.mark.parametrize("end", [close, vanish])
async def test_a_reload_is_neither_a_leave_nor_a_join(
    servers: Servers, length: Length, end: End, alice: User, bob: User, general: Room
) -> None:
    both = servers(), servers()
    async with AsyncExitStack() as stack:
        watchers = [await stack.enter_async_context(Client(server, bob)) for server in both]
        tab = await stack.enter_async_context(Client(both[0], alice))
        for client in (*watchers, tab):
            await open_room(client, general)
        await all_see(watchers, "alice", "bob")
        await settled(*watchers)
        before = [told_of_presence(client) for client in watchers]
        for server in itertools.islice(itertools.cycle(both), length.pick(full=12, short=6)):
            await end(tab)
            tab = await stack.enter_async_context(Client(server, alice))
            await open_room(tab, general)
            assert views(tab)[0] == {"alice", "bob"}
        await length.elapse(full=LINGER + 3, short=LINGER + 1)
        assert [told_of_presence(client) for client in watchers] == before


@pytest.mark.row(20)
async def test_a_user_who_closes_four_of_five_tabs_is_still_there(
    servers: Servers, length: Length, measured: Measured, alice: User, bob: User, general: Room
) -> None:
    both = servers(), servers()
    async with AsyncExitStack() as stack:
        watchers = [await stack.enter_async_context(Client(server, alice)) for server in both]
        tabs = [await stack.enter_async_context(Client(both[number % 2], bob)) for number in range(5)]
        for client in (*watchers, *tabs):
            await open_room(client, general)
        await all_see(watchers, "alice", "bob")
        await settled(*watchers)
        before = [told_of_presence(client) for client in watchers]
        for tab, end in zip(tabs[:4], (close, vanish) * 2, strict=True):
            await end(tab)
        await length.elapse(full=LINGER + 3, short=LINGER + 1)
        assert [told_of_presence(client) for client in watchers] == before

        await close(tabs[4])
        for client in watchers:
            with measured.time("gone with the fifth", within=LINGER + 2):
                await sees_only(client, "alice", within=30)


@pytest.mark.row(21)
async def test_the_people_of_a_server_that_is_killed_are_gone_and_who_is_also_elsewhere_never_flickers(
    servers: Servers, length: Length, measured: Measured, alice: User, bob: User, general: Room
) -> None:
    carol = await in_thread(member)(general, "carol")
    dying, other = servers(), servers()
    async with AsyncExitStack() as stack:
        watcher = await stack.enter_async_context(Client(other, alice))
        for server, user in ((dying, bob), (dying, carol), (other, carol), (dying, alice)):
            client = await stack.enter_async_context(Client(server, user))
            await open_room(client, general)
        await open_room(watcher, general)
        await sees(watcher, "alice", "bob", "carol")
        seen = len(views(watcher))
        await in_thread(dying.kill)()
        with measured.time("gone after the death of their server", within=length.pick(full=20, short=6)):
            await sees_only(watcher, "alice", "carol", within=30)
        assert set(here(watcher)) == {"alice", "carol"}
        await length.elapse(full=LINGER + 3, short=LINGER + 1)
        assert all(view >= {"alice", "carol"} for view in views(watcher)[seen:])
        last = watcher.seen("presence.changed")[-1]
        assert [person["username"] for person in last["people"]] == ["bob"]


class Impatient(Server):
    """A server with a short ping interval, for tests that cannot wait for the site's own."""

    def arguments(self) -> list[str]:
        return [*super().arguments(), "--ping-interval", "1", "--ping-timeout", "1"]


class ImpatientWrongClockServer(Impatient):
    program = WrongClockServer.program


@pytest.mark.row(23)
async def test_a_user_whose_peer_vanished_silently_is_gone(
    servers: Servers,
    length: Length,
    measured: Measured,
    tmp_path_factory: pytest.TempPathFactory,
    alice: User,
    bob: User,
    general: Room,
) -> None:
    server = servers(length.pick(full=Server, short=Impatient))
    way = Proxy(tmp_path_factory.mktemp("proxy") / "log", f"127.0.0.1:{server.port}").start()
    try:
        async with Client(server, alice) as a, Client(server, bob, port=way.port, ping_interval=None) as b:
            for client in (a, b):
                await open_room(client, general)
            await sees(a, "alice", "bob")
            await length.elapse(full=25, short=4)  # a client that answers pings stays
            await post(b, general, "Here")
            assert here(a) == {"alice", "bob"}
            way.pause()
            with measured.time("gone after the last word", within=length.pick(full=30, short=8)):
                await sees_only(a, "alice", within=60)
            way.kill()
    finally:
        way.stop()


@pytest.mark.row(24)
async def test_a_server_that_was_stopped_for_a_while_is_swept_and_its_people_are_back_when_it_goes_on(
    servers: Servers, length: Length, measured: Measured, alice: User, bob: User, general: Room
) -> None:
    pausing, other = servers(), servers()
    async with Client(other, alice) as a, Client(pausing, bob, ping_interval=None) as b:
        for client in (a, b):
            await open_room(client, general)
        await sees(a, "alice", "bob")
        pausing.pause()
        try:
            with measured.time("swept", within=length.pick(full=20, short=6)):
                await sees_only(a, "alice", within=60)
            await length.elapse(full=60 - LEASE, short=LEASE)
        finally:
            pausing.resume()
        with measured.time("back after it goes on", within=5):
            await sees(a, "alice", "bob", within=30)
        with measured.time("right on the server that was stopped", within=5):
            await sees_only(b, "alice", "bob", within=30)  # until it was back, it reported unknown presence
        await post(b, general, "On the same socket")  # it was never closed
        await length.elapse(full=LEASE + 5, short=LEASE + 1)
        assert here(a) == views(b)[-1] == {"alice", "bob"}


@pytest.mark.row(26)
@pytest.mark.parametrize("seconds", [600, -600], ids=["ahead", "behind"])
async def test_clocks_that_are_ten_minutes_apart_change_nothing(
    servers: Servers, length: Length, measured: Measured, seconds: int, alice: User, bob: User, general: Room
) -> None:
    right, wrong = servers(), servers(WrongClockServer, TEST_CLOCK=str(seconds))
    for its, watched_from in ((wrong, right), (right, wrong)):
        async with Client(watched_from, alice) as a:
            async with Client(its, bob) as b:
                await meet((a, b), general, "alice", "bob")
                apart = abs(written(await post(a, general, "Hello")) - written(await post(b, general, "Hello")))
                assert abs(apart - abs(seconds)) < 60
                await settled(a)
                before = told_of_presence(a)
            async with Client(its, bob) as b:  # reload
                await open_room(b, general)
                await length.elapse(full=LINGER + 3, short=LINGER + 1)
                assert told_of_presence(a) == before
            with measured.time("gone with the last tab", within=LINGER + 2):
                await sees_only(a, "alice", within=30)
            async with Client(its, bob) as b:
                await open_room(b, general)
                await sees(a, "alice", "bob")
                await in_thread(its.kill)()
                with measured.time("gone after the death of the server", within=length.pick(full=20, short=6)):
                    await sees_only(a, "alice", within=30)
            assert not [person for event in told_of_presence(a) for person in event.get("people", ()) if person["away"]]
        await in_thread(its.start)()


@pytest.mark.row(54)
@pytest.mark.parametrize("seconds", [3_600, -3_600], ids=["forward", "back"])
async def test_a_vanished_peer_is_noticed_and_no_crowd_is_cut_off_though_the_clock_jumps_and_a_day_passes(
    servers: Servers,
    length: Length,
    measured: Measured,
    tmp_path_factory: pytest.TempPathFactory,
    seconds: int,
    alice: User,
    bob: User,
    general: Room,
) -> None:
    server = servers(
        length.pick(full=WrongClockServer, short=ImpatientWrongClockServer), TEST_JUMP=str(seconds), **UNLIMITED
    )
    way = Proxy(tmp_path_factory.mktemp("proxy") / "log", f"127.0.0.1:{server.port}").start()
    try:
        async with AsyncExitStack() as stack:
            a = await stack.enter_async_context(Client(server, alice))
            b = await stack.enter_async_context(Client(server, bob, port=way.port, ping_interval=None))
            crowd = [await stack.enter_async_context(Client(server, alice)) for _ in range(10)]
            for client in (a, b):
                await open_room(client, general)
            await sees(a, "alice", "bob")
            before = written(await post(a, general, "Before"))

            os.kill(server.pid, signal.SIGUSR1)
            os.kill(server.pid, signal.SIGUSR2)

            assert abs(written(await post(a, general, "After")) - before - seconds) < 60
            await length.elapse(full=25, short=4)  # several looks at time-outs, and pings
            for client in (a, *crowd):  # any frame from Bob would be a sign of life
                await post(client, general, "Here")
            assert here(a) == {"alice", "bob"}
            way.pause()
            with measured.time("gone after the last word", within=length.pick(full=30, short=8)):
                await sees_only(a, "alice", within=60)
            for client in crowd:
                await post(client, general, "Still here")
            way.kill()
    finally:
        way.stop()


def written(message: dict[str, Any]) -> float:
    return datetime.fromisoformat(message["created_at"]).timestamp()
