"""A tab that switches rooms: it leaves the previous room reliably and at once. Only a lost socket lingers."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from accounts.models import User
from chat.models import Room
from chat.services.rooms import membership
from chat.tests.helpers.status import looking
from chat.tests.helpers.talk import here, in_thread, never_shows, open_room, shows, sidebar
from chat.tests.helpers.watching import LINGER, counts, settled, told_of_presence
from testing.in_process import InProcessServer
from testing.machine import patience
from testing.processes import Server
from testing.rows import Measured
from testing.sockets import Client

pytestmark = pytest.mark.django_db(transaction=True)

Servers = Callable[..., Server]

MOMENT = 0.5  # seconds


async def counts_as(client: Client, room: Room, count: int) -> None:
    """Wait until the room has this count in the list of rooms."""
    async with asyncio.timeout(patience(MOMENT)):
        while counts(client, room)[-1:] != [count]:
            await client.any_event()


@pytest.mark.parametrize("command", ["room.open", "room.close"])
async def test_a_switch_to_another_room_is_seen_at_once_on_every_server(
    servers: Servers, measured: Measured, alice: User, bob: User, general: Room, command: str
) -> None:
    quiet = await in_thread(membership.create_room)(bob, "quiet")
    one, other = (servers(PRESENCE_LINGER_MS="8000") for _ in range(2))
    async with (
        looking(one, alice, general) as near,
        looking(other, alice, general) as far,
        looking(one, bob, general) as b,
    ):
        for client in (near, far):
            await shows(client, lambda client=client: here(client) == {"alice", "bob"})  # type: ignore[misc]
        with measured.time("gone on another server", within=MOMENT):
            await b.command(command, **({"room": quiet.pk} if command == "room.open" else {}))
            await shows(far, lambda: here(far) == {"alice"})
        await shows(near, lambda: here(near) == {"alice"})
        assert set(sidebar(far)) == {"alice", "bob"}


async def test_a_user_alone_who_goes_through_rooms_is_counted_in_the_last_one_only(
    site: InProcessServer, alice: User
) -> None:
    five = [await in_thread(membership.create_room)(alice, f"room {number}") for number in range(5)]
    async with Client(site, alice) as a:
        for room in five:
            await open_room(a, room)
            await counts_as(a, room, 1)
        for room in five[:-1]:
            await counts_as(a, room, 0)
        assert counts(a, five[-1])[-1] == 1


async def test_another_tab_that_shows_the_room_keeps_its_user_there(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    quiet = await in_thread(membership.create_room)(alice, "quiet")
    async with looking(site, bob, general) as b, looking(site, alice, general) as a, looking(site, alice, general) as e:
        await shows(b, lambda: here(b) == {"alice", "bob"})
        await settled(b)
        before = told_of_presence(b)
        await open_room(a, quiet)
        await a.command("room.close", room=general.pk)
        await settled(b)
        assert told_of_presence(b) == before
        await open_room(e, quiet)
        await shows(b, lambda: here(b) == {"bob"})


async def test_a_tab_that_opens_its_room_again_shows_nothing(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with looking(site, bob, general) as b, looking(site, alice, general) as a:
        await shows(b, lambda: here(b) == {"alice", "bob"})
        await settled(b)
        before = told_of_presence(b)
        for _ in range(3):
            await open_room(a, general)
        await settled(b)
        assert told_of_presence(b) == before
        assert here(a) == {"alice", "bob"}


async def test_a_reload_while_another_tab_switches_is_neither_a_leave_nor_a_join(
    servers: Servers, alice: User, bob: User, general: Room
) -> None:
    quiet = await in_thread(membership.create_room)(alice, "quiet")
    one, other = (servers(PRESENCE_LINGER_MS="5000") for _ in range(2))
    async with looking(other, bob, general) as b, looking(one, alice, general) as a, AsyncExitStack() as stack:
        async with looking(other, alice, general):
            await shows(b, lambda: here(b) == {"alice", "bob"})
            await settled(b)
            before = told_of_presence(b)
        await open_room(a, quiet)
        await stack.enter_async_context(looking(one, alice, general))
        await asyncio.sleep(LINGER)
        await settled(b)
        assert told_of_presence(b) == before


async def test_a_page_that_shows_another_room_ends_the_linger_of_the_one_before(
    servers: Servers, alice: User, bob: User, general: Room
) -> None:
    quiet = await in_thread(membership.create_room)(alice, "quiet")
    server = servers(PRESENCE_LINGER_MS="60000")
    async with looking(server, bob, general) as b:
        async with looking(server, alice, general):
            await shows(b, lambda: here(b) == {"alice", "bob"})
        async with Client(server, alice) as a:  # the next page of that tab
            await never_shows(b, lambda: here(b) == {"bob"}, seconds=LINGER)
            await a.command("room.close", room=general.pk)
            await open_room(a, quiet)
            await shows(b, lambda: here(b) == {"bob"})
            await counts_as(a, general, 1)
            assert set(sidebar(b)) == {"alice", "bob"}
