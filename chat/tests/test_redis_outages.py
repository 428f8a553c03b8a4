"""Rooms and presence while Redis is away, silent or restored from an older state (docs/acceptance.md)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from accounts.models import User
from chat.models import Room
from chat.queries.presence import here_topic
from chat.services.rooms import membership
from chat.tests.helpers.logs import check_logs
from chat.tests.helpers.talk import (
    bodies_in_order,
    fetch,
    here,
    in_thread,
    member,
    open_room,
    post,
    shows,
    sign_in,
    versions,
)
from chat.tests.helpers.watching import LEASE, all_see, counts, knows, meet, sees_only, settled, views
from presence.keys import key
from testing.backups import back_up, restore
from testing.length import Length
from testing.processes import UNLIMITED, Server, Valkey
from testing.read_only import WAYS, read_only
from testing.rows import Measured
from testing.sockets import Client, session_cookie

pytestmark = pytest.mark.django_db(transaction=True)

Servers = Callable[..., Server]


TALK_SECONDS = 0.2  # between two posts of a user


@pytest.mark.row(14)
async def test_messages_are_stored_while_redis_is_away_and_caught_up_when_it_is_back(
    servers: Servers,
    valkey: Valkey,
    length: Length,
    measured: Measured,
    alice: User,
    bob: User,
    general: Room,
) -> None:
    one, other = servers(**UNLIMITED), servers(**UNLIMITED)
    async with Client(one, alice) as a, Client(other, bob) as b:
        for client in (a, b):
            await open_room(client, general)
        await shows(a, lambda: here(a) == {"alice", "bob"})
        await in_thread(valkey.stop)()
        try:
            talking = asyncio.gather(talk(a, general, enough := asyncio.Event()), talk(b, general, enough))
            for client in (a, b):
                await client.event("presence.snapshot", known=False, timeout=10)
                await client.event("presence.counted", rooms=None, timeout=10)
            async with Client(one, bob) as late:
                assert late.hello["rooms"][0]["here"] is None
                await late.command("room.open", room=general.pk)
                assert not (await late.event("presence.snapshot"))["known"]
            await length.elapse(full=25, short=1)
            enough.set()
            said = await talking
            assert sorted(await bodies_in_order(general)) == sorted(said[0] + said[1])
            await post(a, general, "The last one before the return")
        finally:
            await in_thread(valkey.start)()
        last = general.version + len(said[0] + said[1]) + 1
        with measured.time("until all is caught up after the return", within=10):
            for client in (a, b):
                if last not in versions(client):
                    await client.event("message.posted", version=last, timeout=15)
                snapshot = await client.event("presence.snapshot", known=True, timeout=15)
                assert {person["username"] for person in snapshot["people"] if person["here"]} == {"alice", "bob"}
        for client in (a, b):
            assert versions(client) == list(range(general.version + 1, last + 1))
    check_logs(one, other)


@pytest.mark.row(15)
async def test_a_redis_that_comes_back_empty_silences_nobody_and_shows_nobody_as_gone(
    servers: Servers,
    valkey: Valkey,
    length: Length,
    measured: Measured,
    alice: User,
    bob: User,
    general: Room,
) -> None:
    carol, one, other = await in_thread(member)(general, "carol"), servers(**UNLIMITED), servers(**UNLIMITED)
    async with Client(one, alice) as a, Client(other, bob) as b:
        async with Client(other, carol) as c:
            await meet((a, b, c), general, "alice", "bob", "carol")
            await settled(a, b)
            told = [(client, len(views(client))) for client in (a, b)]
            talking = asyncio.create_task(talk_across(measured, a, b, general, enough := asyncio.Event()))
            await in_thread(valkey.stop)()
        await in_thread(valkey.start)()
        with measured.time("presence right after the return", within=15):
            async with Client(one, bob) as late:
                await open_room(late, general)
                for client in (a, b, late):
                    await sees_only(client, "alice", "bob", within=30)
        await length.elapse(full=15, short=LEASE + 2)
        enough.set()
        await talking
        assert views(a)[-1] == views(b)[-1] == {"alice", "bob"}
        for client, seen in told:
            assert all(view >= {"alice", "bob"} for view in views(client)[seen:])


@pytest.mark.row(15)
async def test_a_redis_that_comes_back_empty_lowers_no_count_in_the_lists_of_rooms(
    servers: Servers, valkey: Valkey, length: Length, alice: User, bob: User, general: Room
) -> None:
    one, other = servers(), servers()
    async with Client(one, alice) as a, Client(other, bob) as b:
        await meet((a, b), general, "alice", "bob")
        await settled(a, b)
        assert counts(a, general)[-1] == counts(b, general)[-1] == 2
        counted = [len(counts(client, general)) for client in (a, b)]
        await in_thread(valkey.stop)()
        await in_thread(valkey.start)()
        await length.elapse(full=15, short=LEASE + 2)
        for client, before in zip((a, b), counted, strict=True):
            assert set(counts(client, general)[before:]) <= {2}


@pytest.mark.row(16)
async def test_a_redis_that_answers_nothing_makes_nobody_wait(
    server: Server,
    valkey: Valkey,
    length: Length,
    measured: Measured,
    alice: User,
    bob: User,
    mallory: User,
    general: Room,
) -> None:
    rounds = length.pick(full=5, short=2)
    unseen = [await in_thread(membership.create_room)(alice, f"room {number}") for number in range(2 * (rounds + 1))]
    cookie = await in_thread(session_cookie)(alice)

    def page(path: str) -> Callable[[], Awaitable[object]]:
        return lambda: asyncio.to_thread(fetch, server, path, cookie)

    async def connect() -> None:
        async with Client(server, bob) as client:
            assert client.hello

    async with AsyncExitStack() as stack:
        poster, opener, both = [await stack.enter_async_context(Client(server, alice)) for _ in range(3)]
        requests: dict[str, Callable[[], Awaitable[object]]] = {
            "the index": page("/"),
            "a room's page": page(f"/rooms/{general.pk}/"),
            "a page of history": page(f"/rooms/{general.pk}/history/?before=9"),
            "signing in": lambda: asyncio.to_thread(sign_in, server, "mallory", "mallory's password"),
            "a failed attempt to sign in": lambda: asyncio.to_thread(sign_in, server, "mallory", "a guess"),
            "to connect": connect,
            "a post": lambda: post(poster, general, "Hello"),
            "to open a room": lambda: opener.command("room.open", room=unseen.pop().pk),
            "to open a room and post": lambda: open_and_post(both, unseen.pop()),
        }
        await asyncio.gather(*(request() for request in requests.values()))
        valkey.pause()
        try:
            for _ in range(rounds):
                await asyncio.gather(*(in_time(measured, what, act) for what, act in requests.items()))
        finally:
            valkey.resume()


@pytest.mark.row(47)
@pytest.mark.parametrize("way", WAYS)
async def test_presence_is_unknown_while_redis_takes_no_writes_and_right_when_it_is_known_again(
    servers: Servers,
    valkey: Valkey,
    way: str,
    length: Length,
    measured: Measured,
    alice: User,
    bob: User,
    general: Room,
) -> None:
    carol, dave = [await in_thread(member)(general, name) for name in ("carol", "dave")]
    one, other = servers(**UNLIMITED), servers(**UNLIMITED)
    async with Client(one, alice) as a, Client(other, bob) as b, Client(other, dave) as d:
        async with Client(other, carol) as c:
            await meet((a, b, c), general, "alice", "bob", "carol")
            valkey.is_undisturbed = False
            with valkey.client() as redis, read_only(redis, way):
                with measured.time("until presence is unknown", within=15):
                    for client in (a, b):
                        await client.event("presence.snapshot", known=False, timeout=30)
                        await client.event("presence.counted", rooms=None, timeout=30)
                told = [(client, len(views(client))) for client in (a, b)]
                await c.socket.close()
                await d.command("room.open", room=general.pk)
                assert not (await d.event("presence.snapshot"))["known"]
                assert await asyncio.to_thread(fetch, one, "/", await in_thread(session_cookie)(alice))
                await length.elapse(full=25, short=LEASE + 1)
                assert not any(knows(client) for client in (a, b, d))
            with measured.time("until presence is right after the return", within=1):
                for client in (a, b, d):
                    await sees_only(client, "alice", "bob", "dave", within=30)
        with measured.time("until counts are right, too", within=1):
            await a.event("presence.counted", rooms={str(general.pk): 3})
        await settled(a, b)
        for client, before in told:
            assert all(view == {"alice", "bob", "dave"} for view in views(client)[before:])
        assert counts(a, general)[-1] == 3


@pytest.mark.row(48)
async def test_sidebars_are_right_though_redis_came_back_older_and_saw_as_many_changes_as_it_lost(
    servers: Servers,
    valkey: Valkey,
    measured: Measured,
    alice: User,
    bob: User,
    general: Room,
) -> None:
    carol, dave = [await in_thread(member)(general, name) for name in ("carol", "dave")]
    one, other = servers(), servers()
    async with Client(one, alice) as a, Client(other, bob) as b:
        await meet((a, b), general, "alice", "bob")
        await settled(a, b)
        valkey.is_undisturbed = False
        with valkey.client() as redis:
            backup = back_up(redis)
            async with Client(other, carol) as c:
                await open_room(c, general)
                await all_see((a, b, c), "alice", "bob", "carol")
                restore(redis, backup)
                with measured.time("until every sidebar is right", within=30):
                    async with Client(one, dave) as d:
                        await open_room(d, general)
                        for client in (a, b, c, d):
                            await sees_only(client, "alice", "bob", "carol", "dave", within=60)
                        assert {person.pk for person in (alice, bob, carol, dave)} == set(
                            map(int, redis.smembers(key("topic", here_topic(general.pk))))
                        )


async def talk(client: Client, room: Room, enough: asyncio.Event) -> list[str]:
    """Post now and then, and return the acknowledged bodies."""
    said: list[str] = []
    while not enough.is_set():
        said.append((await post(client, room, str(uuid4())))["body"])
        await asyncio.sleep(TALK_SECONDS)
    return said


async def talk_across(measured: Measured, one: Client, other: Client, room: Room, enough: asyncio.Event) -> None:
    """Post on each server in turn, and wait until the message is on the other."""
    while not enough.is_set():
        for writer, reader in ((one, other), (other, one)):
            version = (await post(writer, room, "Hello"))["version"]
            with measured.time("until a message is on the other server", within=15):
                await reader.event("message.posted", version=version, timeout=30)
        await asyncio.sleep(TALK_SECONDS)


async def open_and_post(client: Client, room: Room) -> None:
    await client.ask("room.open", room=room.pk)
    await post(client, room, "Hello")


async def in_time(measured: Measured, what: str, act: Callable[[], Awaitable[object]]) -> None:
    with measured.time(what, within=3):
        await act()
