"""What delivery must survive, with real servers that are killed."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from websockets.exceptions import ConnectionClosed

from accounts.models import User
from chat.models import Room
from chat.services import rooms
from project.testing.processes import UNLIMITED, Server
from project.testing.sockets import Client

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = sync_to_async


async def send_all(client: Client, room: Room, client_ids: Iterable[str], acknowledged: set[str]) -> None:
    """Post under these client ids, one after the other, until the server is gone."""
    try:
        for client_id in client_ids:
            await client.command("message.post", room=room.pk, client_id=client_id, body=client_id)
            acknowledged.add(client_id)
    except (AssertionError, ConnectionClosed):
        return  # no answer will come


async def test_a_server_that_is_killed_during_sends_stored_what_it_acknowledged_exactly_once(
    servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    server, other = servers(**UNLIMITED), servers()
    client_ids = [str(uuid4()) for _ in range(1_000)]
    acknowledged: set[str] = set()
    async with Client(other, bob) as b:
        async with Client(server, alice) as a:
            sending = asyncio.create_task(send_all(a, general, client_ids, acknowledged))
            while len(acknowledged) < 200:
                await a.any_event()
            await in_thread(server.kill)()
            await sending
        assert 200 <= len(acknowledged) < 1_000
        assert acknowledged <= await stored(general)

        await in_thread(server.start)()
        async with Client(server, alice) as a:  # all of them once more, as a client does that cannot know
            await send_all(a, general, client_ids, acknowledged)
        await b.event("message.posted", version=general.version + 1_000, timeout=10)
        assert await bodies_in_order(general) == client_ids
        assert [event["message"]["body"] for event in b.seen("message.posted")] == client_ids


async def test_many_writers_over_two_servers_see_one_order_without_a_hole(
    servers: Callable[..., Server], alice: User, general: Room
) -> None:
    both = servers(), servers()
    writers = [await in_thread(member)(general, f"writer-{number}") for number in range(20)]
    start = (await Room.objects.aget(pk=general.pk)).version
    clients = [Client(both[number % 2], writer) for number, writer in enumerate(writers)]
    for client in clients:
        await client.__aenter__()
    await asyncio.gather(*(send_all(c, general, [str(uuid4()) for _ in range(25)], set()) for c in clients))
    expected = list(range(start + 1, start + 501))
    for client in clients:
        await client.event("message.posted", version=expected[-1], timeout=15)
        assert [event["version"] for event in client.seen("message.posted")] == expected
    orders = {tuple(event["message"]["body"] for event in client.seen("message.posted")) for client in clients}
    assert orders == {tuple(await bodies_in_order(general))}
    for client in clients:
        await client.__aexit__()


def member(room: Room, username: str) -> User:
    user = User.objects.create_user(username)
    rooms.join(user, room.pk)
    return user


async def stored(room: Room) -> set[str]:
    return set(await bodies_in_order(room))


async def bodies_in_order(room: Room) -> list[Any]:
    return [body async for body in room.messages.said().order_by("position").values_list("body", flat=True)]
