"""Delivery despite killed servers and lost publishes, on real servers (docs/acceptance.md)."""

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from accounts.models import User
from chat.models import Room
from chat.tests.helpers.talk import (
    bodies,
    bodies_in_order,
    in_thread,
    latest_page,
    member,
    open_room,
    post,
    post_until_stored,
    versions,
)
from testing.faults import DIES, LOST, ROLLED_BACK
from testing.length import Length
from testing.processes import UNLIMITED, FaultyServer, Server
from testing.rows import Measured
from testing.sockets import Client, Refused, session_cookie

pytestmark = pytest.mark.django_db(transaction=True)

Servers = Callable[..., Server]


async def send_all(client: Client, room: Room, client_ids: Iterable[str], acknowledged: set[str]) -> None:
    """Post with these client ids, one after the other, until the server is gone."""
    try:
        for client_id in client_ids:
            await client.command("message.post", room=room.pk, client_id=client_id, body=client_id)
            acknowledged.add(client_id)
    except (AssertionError, ConnectionClosed):
        return  # no answer will come


@pytest.mark.row(1)
async def test_a_server_that_is_killed_during_sends_stored_what_it_acknowledged_exactly_once(
    servers: Servers, length: Length, alice: User, bob: User, general: Room
) -> None:
    server, other = servers(**UNLIMITED), servers()
    client_ids = [str(uuid4()) for _ in range(1_000)]
    enough = length.pick(full=random.randrange(50, 950), short=200)
    acknowledged: set[str] = set()
    async with Client(other, bob) as b:
        async with Client(server, alice) as a:
            sending = asyncio.create_task(send_all(a, general, client_ids, acknowledged))
            while len(acknowledged) < enough:
                await a.any_event()
            await in_thread(server.kill)()
            await sending
        assert enough <= len(acknowledged) < 1_000
        assert acknowledged <= set(await bodies_in_order(general))

        await in_thread(server.start)()
        async with Client(server, alice) as a:  # post all again, as a client does that cannot know
            await send_all(a, general, client_ids, acknowledged)
        await b.event("message.posted", version=general.version + 1_000, timeout=10)
        assert await bodies_in_order(general) == client_ids
        assert bodies(b) == client_ids


@pytest.mark.row(2)
async def test_a_message_of_a_server_that_died_before_publishing_reaches_users_of_another(
    servers: Servers, length: Length, measured: Measured, alice: User, bob: User, general: Room
) -> None:
    dying, other = servers(FaultyServer, **UNLIMITED), servers()
    async with Client(other, bob) as b, Client(dying, alice) as a:
        await post(a, general, "Before")
        await b.event("message.posted")
        await a.ask("message.post", room=general.pk, client_id=str(uuid4()), body=DIES)
        await in_thread(dying.ended)()
        with measured.time("on the other server after the death", within=length.pick(full=5, short=2)):
            assert (await b.event("message.posted"))["message"]["body"] == DIES
    assert await bodies_in_order(general) == ["Before", DIES]


@pytest.mark.row(3)
async def test_a_client_id_that_comes_ten_times_at_once_and_much_later_is_one_message_with_one_ack(
    servers: Servers, length: Length, alice: User, general: Room
) -> None:
    async with Client(servers(), alice) as one, Client(servers(), alice) as other:
        client_id = str(uuid4())
        acks = await asyncio.gather(*(post(c, general, "Once", client_id=client_id) for c in (one, other) * 5))
        await length.elapse(full=600, short=0)
        acks += [await post(client, general, "Once", client_id=client_id) for client in (one, other)]
        assert all(ack == acks[0] for ack in acks)
        assert await bodies_in_order(general) == ["Once"]


@pytest.mark.row(4)
async def test_a_client_id_with_another_body_is_a_conflict_and_the_original_is_kept(
    servers: Servers, alice: User, general: Room
) -> None:
    async with Client(servers(), alice) as one, Client(servers(), alice) as other:
        client_id = str(uuid4())
        original = await post(one, general, "Once", client_id=client_id)
        for client in (one, other):
            with pytest.raises(Refused, match="conflict"):
                await post(client, general, "Twice", client_id=client_id)
        assert await post(other, general, "Once", client_id=client_id) == original
        assert await bodies_in_order(general) == ["Once"]


@pytest.mark.row(5)
async def test_many_writers_over_two_servers_see_one_order_without_a_hole(
    servers: Servers, length: Length, alice: User, general: Room
) -> None:
    both, each = (servers(**UNLIMITED), servers(**UNLIMITED)), length.pick(full=500, short=25)
    start = general.version + 2 * 20 + 1  # after twenty who join, and their notices
    expected = list(range(start, start + 20 * each))
    async with AsyncExitStack() as stack:
        clients = await members(stack, both, general, 20)
        await asyncio.gather(*(send_all(c, general, [str(uuid4()) for _ in range(each)], set()) for c in clients))
        for client in clients:
            await client.event("message.posted", version=expected[-1], timeout=60)
            assert versions(client) == expected
        assert {tuple(bodies(client)) for client in clients} == {tuple(await bodies_in_order(general))}


@pytest.mark.row(6)
async def test_a_send_that_is_rolled_back_in_the_middle_leaves_no_hole(
    servers: Servers, length: Length, alice: User, bob: User, general: Room
) -> None:
    server, other = servers(FaultyServer, **UNLIMITED), servers()
    sends = length.pick(full=200, short=40)
    async with AsyncExitStack() as stack:
        writers = [await stack.enter_async_context(Client(server, alice)) for _ in range(4)]
        reader = await stack.enter_async_context(Client(other, bob))
        refused = await asyncio.gather(*(send_with_roll_backs(writer, general, sends // 4) for writer in writers))
        assert all(count > 0 for count in refused)
        for client in (*writers, reader):
            await client.event("message.posted", version=general.version + sends, timeout=10)
            assert versions(client) == list(range(general.version + 1, general.version + sends + 1))
            assert bodies(client) == await bodies_in_order(general)


@pytest.mark.row(7)
async def test_what_was_missed_offline_is_resumed_in_order_and_soon(
    servers: Servers, length: Length, measured: Measured, alice: User, bob: User, general: Room
) -> None:
    server, other = servers(**UNLIMITED), servers(**UNLIMITED)
    async with Client(server, alice) as a:
        async with Client(other, bob) as b:
            await open_room(b, general)
            since = (await post(a, general, "Seen"))["version"]
            await b.event("message.posted")
            b.vanish()
        for number in range(300):
            await post(a, general, str(number))
            await length.elapse(full=60 / 300, short=0)
        with measured.time("all 300 after reconnecting", within=2):
            async with Client(other, bob) as b:
                await b.command("room.open", room=general.pk, since=since)
                await b.event("message.posted", version=since + 300)
        assert bodies(b) == [str(number) for number in range(300)]
        assert versions(b) == list(range(since + 1, since + 301))


@pytest.mark.row(8)
async def test_a_client_that_missed_more_than_the_limit_is_reset_to_the_latest_page(
    servers: Servers, length: Length, alice: User, bob: User, general: Room
) -> None:
    limit = length.pick(full=500, short=20)
    server = servers(**UNLIMITED, ROOMFUL_RESUME_LIMIT=str(limit))
    async with Client(server, alice) as a:
        since = (await post(a, general, "Seen"))["version"]
        for number in range(limit):
            await post(a, general, str(number))
        async with Client(server, bob) as b:
            await b.command("room.open", room=general.pk, since=since)
            await b.event("message.posted", version=since + limit)
            assert versions(b) == list(range(since + 1, since + limit + 1))
        await post(a, general, "One too many")
        async with Client(server, bob) as b:
            await b.command("room.open", room=general.pk, since=since)
            reset = await b.event("room.reset")
            page = [message["body"] for message in reset["page"]["messages"] if message["kind"] != "notice"]
            assert page == (await bodies_in_order(general))[-len(page) :]
            assert reset["version"] == since + limit + 1
            await post(a, general, "And on")
            await b.event("message.posted", version=reset["version"] + 1)
            assert bodies(b) == ["And on"]


@pytest.mark.alone
@pytest.mark.row(9)
async def test_a_burst_reaches_everyone_whatever_the_layer_dropped(
    servers: Servers, length: Length, measured: Measured, alice: User, bob: User, general: Room
) -> None:
    both = servers(FaultyServer, **UNLIMITED), servers(FaultyServer, **UNLIMITED)
    writers, each = 50, length.pick(full=100, short=10)
    first = general.version + 2 * writers + 1  # after those who join, and their notices
    last = first + writers * each - 1
    async with AsyncExitStack() as stack:
        clients = await members(stack, both, general, writers)
        reader = await stack.enter_async_context(Client(both[0], bob))
        start = time.monotonic()
        with measured.time("to send all", within=1):
            asked = await asyncio.gather(*(burst(client, general, each) for client in clients))
        for client in (*clients, reader):
            await client.event("message.posted", version=last, timeout=60)
            measured("the slowest client", time.monotonic() - start, within=15)
            assert versions(client) == list(range(first, last + 1))
        for client, ids in zip(clients, asked, strict=True):
            for id in ids:
                await client.answer(id)
    assert sum(LOST in body for body in bodies(reader)) == writers * each // 5


@pytest.mark.row(10)
async def test_the_last_message_of_a_room_that_goes_quiet_reaches_everyone_though_its_publish_was_lost(
    servers: Servers, length: Length, measured: Measured, alice: User, bob: User, general: Room
) -> None:
    losing, other = servers(FaultyServer, **UNLIMITED), servers()
    async with Client(losing, alice) as a, Client(other, bob) as b, Client(other, alice) as again:
        await post(a, general, "Before")
        for client in (b, again):
            await client.event("message.posted")
        await post(a, general, LOST)
        with measured.time("on the other server", within=length.pick(full=5, short=2)):
            for client in (b, again):
                assert (await client.event("message.posted"))["message"]["body"] == LOST
        assert bodies(a) == bodies(b) == bodies(again) == ["Before", LOST]


@pytest.mark.row(12)
async def test_the_authors_own_history_has_the_message_right_after_the_ack(
    servers: Servers, length: Length, alice: User, general: Room
) -> None:
    both, cookie = (servers(**UNLIMITED), servers(**UNLIMITED)), await in_thread(session_cookie)(alice)
    async with Client(both[0], alice) as a:
        for number in range(length.pick(full=200, short=20)):
            posted = await post(a, general, str(number))
            for server in both:
                assert (await asyncio.to_thread(latest_page, server, cookie, general))["messages"][-1] == posted


async def members(stack: AsyncExitStack, both: Sequence[Server], room: Room, count: int) -> list[Client]:
    """Connect as many new members, over both servers."""
    users = [await in_thread(member)(room, f"writer-{number}") for number in range(count)]
    clients = [Client(both[number % 2], user) for number, user in enumerate(users)]
    return [await stack.enter_async_context(client) for client in clients]


async def burst(client: Client, room: Room, count: int) -> list[int]:
    """Send without waiting for answers. The publish of every fifth message is lost."""
    return [
        await client.ask("message.post", room=room.pk, client_id=str(uuid4()), body=f"{n} {'' if n % 5 else LOST}")
        for n in range(count)
    ]


async def send_with_roll_backs(client: Client, room: Room, count: int) -> int:
    """Post messages, and retry every fifth, which is rolled back once. Return the number of refusals."""
    refused: list[Refused] = []
    for number in range(count):
        body = f"{number} {'' if number % 5 else ROLLED_BACK}"
        await post_until_stored(client, room, refused, body=body)
    assert all(refusal.retry for refusal in refused)
    return len(refused)
