"""Limits on the socket, and the errors of clients that exceed them."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import pytest
from pytest_django import Settings

from accounts.models import User
from chat.models import Room
from chat.services.rooms import membership
from chat.tests.helpers.flood import flood
from chat.tests.helpers.talk import bodies, in_thread, post
from testing.in_process import InProcessServer
from testing.length import Length
from testing.machine import patience
from testing.processes import PlainServer, Server, Uvicorn
from testing.rows import Measured
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)

FEW_POSTS = {"ROOMFUL_POSTS_BURST": "3", "ROOMFUL_POSTS_PER_MINUTE": "60"}
FEW_COMMANDS = {"ROOMFUL_COMMANDS_BURST": "3", "ROOMFUL_COMMANDS_PER_MINUTE": "60"}


@pytest.fixture
def birds(alice: User) -> Room:
    return membership.create_room(alice, "birds")


async def is_limited(client: Client, room: Room) -> float:
    """Post until the limit is reached, and return the wait that the server asks for, in seconds."""

    async def post_on() -> None:
        for _ in range(10):
            await post(client, room, "Allowed")

    with pytest.raises(Refused, match="limited") as refused:
        await post_on()
    assert refused.value.retry
    assert refused.value.retry_after is not None
    return refused.value.retry_after


class TestPosts:
    async def test_a_post_over_the_limit_is_refused_and_accepted_after_the_stated_wait(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        server = servers(**FEW_POSTS)
        async with Client(server, alice) as a, Client(server, bob) as b:
            wait = await is_limited(a, general)
            assert 0 < wait <= 1
            await asyncio.sleep(wait)  # as a client does
            posted = await post(a, general, "The next one")
            await b.event("message.posted", version=posted["version"])
            assert bodies(b) == ["Allowed"] * (len(bodies(b)) - 1) + ["The next one"]
            assert len(bodies(b)) > 3

    async def test_a_user_may_post_twice_as_much_in_all_rooms_together_as_in_one(
        self, settings: Settings, site: InProcessServer, alice: User, bob: User, general: Room
    ) -> None:
        settings.CHAT = settings.CHAT | {"POSTS_BURST": 3, "POSTS_PER_MINUTE": 1}
        all_rooms = [
            general,
            *[await in_thread(membership.create_room)(alice, f"room {number}") for number in range(3)],
        ]
        async with Client(site, alice) as a, Client(site, bob) as b:
            for room in all_rooms[:3]:
                await post(a, room, "Hello")
                await post(a, room, "Hello")
            with pytest.raises(Refused, match="limited"):
                await post(a, all_rooms[3], "Hello")
            await post(b, general, "Hello")

    async def test_edits_count_as_posts(self, servers: Callable[..., Server], alice: User, general: Room) -> None:
        async with Client(servers(**FEW_POSTS), alice) as a:
            message = await post(a, general, "First")
            for body in ("Second", "Third"):
                await a.command("message.edit", room=general.pk, message=message["id"], body=body)
            with pytest.raises(Refused, match="limited"):
                await a.command("message.edit", room=general.pk, message=message["id"], body="Fourth")
            with pytest.raises(Refused, match="limited"):
                await post(a, general, "Another")

    async def test_the_limit_of_posts_is_per_user_and_room(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room, birds: Room
    ) -> None:
        server = servers(**FEW_POSTS)
        async with Client(server, alice) as a, Client(server, alice) as other_tab, Client(server, bob) as b:
            await is_limited(a, general)
            with pytest.raises(Refused, match="limited"):
                await post(other_tab, general, "From another tab")
            await post(b, general, "From another person")
            await post(a, birds, "In another room")

    async def test_other_commands_work_while_posts_are_limited(
        self, servers: Callable[..., Server], alice: User, general: Room
    ) -> None:
        async with Client(servers(**FEW_POSTS), alice) as a:
            await is_limited(a, general)
            await a.command("room.open", room=general.pk)

    async def test_a_limited_post_that_is_retried_is_stored_once(
        self, servers: Callable[..., Server], alice: User, general: Room
    ) -> None:
        async with Client(servers(**FEW_POSTS), alice) as a:
            wait = await is_limited(a, general)
            client_id = str(uuid4())
            with pytest.raises(Refused, match="limited"):
                await post(a, general, "Once", client_id=client_id)
            await asyncio.sleep(wait)
            await post(a, general, "Once", client_id=client_id)
            assert await in_thread(general.messages.filter(body="Once").count)() == 1

    async def test_posts_to_made_up_rooms_count_towards_the_limit_of_commands(
        self, servers: Callable[..., Server], alice: User, mallory: User, general: Room
    ) -> None:
        async with Client(servers(**FEW_COMMANDS), mallory) as m:
            for made_up in range(3):
                with pytest.raises(Refused, match="not_found"):
                    await m.command("message.post", room=999_000 + made_up, client_id=str(uuid4()), body="Anyone?")
            with pytest.raises(Refused, match="limited"):
                await m.command("message.post", room=999_999, client_id=str(uuid4()), body="Anyone?")


class TestCommands:
    async def test_a_command_over_the_limit_is_refused_on_every_socket_and_accepted_later(
        self, servers: Callable[..., Server], alice: User, general: Room
    ) -> None:
        server = servers(**FEW_COMMANDS)
        async with Client(server, alice) as a, Client(server, alice) as other_tab:
            for _ in range(3):
                await a.command("presence.touch")
            with pytest.raises(Refused, match="limited") as refused:
                await other_tab.command("presence.touch")
            assert refused.value.retry_after is not None
            await post(a, general, "Posts go on")
            await asyncio.sleep(refused.value.retry_after)
            await other_tab.command("presence.touch")

    async def test_by_default_nobody_who_is_quick_meets_a_limit(
        self, server: Server, alice: User, general: Room, birds: Room
    ) -> None:
        async with Client(server, alice) as a:
            await asyncio.gather(*(post(a, general, f"Resent {number}") for number in range(100)))
            for _ in range(20):
                for room in (general, birds):
                    opened = await a.command("room.open", room=room.pk)
                    await a.command("room.read", room=room.pk, position=opened["version"])

    async def test_a_limit_of_zero_commands_means_no_limit(self, servers: Callable[..., Server], alice: User) -> None:
        async with Client(servers(**FEW_COMMANDS | {"ROOMFUL_COMMANDS_PER_MINUTE": "0"}), alice) as a:
            await asyncio.gather(*(a.command("presence.touch") for _ in range(500)))


class TestSockets:
    @pytest.mark.parametrize("kind", [Server, PlainServer, Uvicorn])
    async def test_a_socket_over_the_limit_is_closed_and_the_others_stay(
        self, servers: Callable[..., Server], kind: type[Server], alice: User, bob: User, general: Room
    ) -> None:
        server = servers(kind, ROOMFUL_SOCKETS="2")
        async with Client(server, alice) as a:
            async with Client(server, alice) as other_tab, Client(server, bob) as b:
                assert await third_is_closed(server, alice) == 4030
                await post(a, general, "Still here")
                for client in (a, other_tab, b):
                    await client.event("message.posted")
            async with asyncio.timeout(patience(5)):  # the server learns of it a moment later
                while await third_is_closed(server, alice) == 4030:
                    pass

    async def test_a_limit_of_zero_sockets_means_no_limit(self, servers: Callable[..., Server], alice: User) -> None:
        server = servers(ROOMFUL_SOCKETS="0")
        clients = [Client(server, alice) for _ in range(60)]
        for client in clients:
            await client.__aenter__()
        for client in clients:
            await client.__aexit__()


async def third_is_closed(server: Server, user: User) -> int:
    """Return the close code of one more socket; 0 if it was greeted."""
    client = Client(server, user)
    try:
        async with client:
            return 0
    except AssertionError:  # no hello
        return await client.closed()


class TestFlood:
    @pytest.mark.alone
    @pytest.mark.row(36)
    async def test_a_client_that_floods_is_told_so_and_the_others_hardly_notice(
        self,
        servers: Callable[..., Server],
        length: Length,
        measured: Measured,
        alice: User,
        bob: User,
        mallory: User,
        general: Room,
    ) -> None:
        # The bounds are wide in the suite, since the machine may be busy.
        await in_thread(membership.join)(mallory, general.pk)
        seconds = length.pick(full=20, short=3)
        figures = await flood(servers(), servers(), general, by=mallory, between=(alice, bob), seconds=seconds)
        assert figures.flood.sent > 2_000
        assert figures.flood.limited > 50  # after that, its socket is not read for a while
        assert figures.flood.stored <= 200 + (seconds + 2) * 10
        assert figures.flood.longest_wait <= 1
        times = figures.here.median / figures.elsewhere.median
        measured("times the latency beside a flood elsewhere", times, within=length.pick(full=1.2, short=2), unit="×")
        assert figures.here.p95 < 3 * figures.elsewhere.p95, figures

    async def test_a_client_that_ignores_refusals_is_disconnected(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        server = servers(**FEW_COMMANDS, ROOMFUL_REFUSALS_PER_MINUTE="50")
        async with Client(server, alice) as a, Client(server, alice) as other_tab:
            for number in range(500):
                await a.send(f'{{"type": "presence.touch", "id": {number}}}')
            assert await a.closed() == 4029
            assert len(a.seen("ack")) >= 3
            assert 50 <= len(a.seen("error")) < 60
            await post(other_tab, general, "Not me")
