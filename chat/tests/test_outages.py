"""Rooms and pages while the database is away, and afterwards (docs/acceptance.md)."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from accounts.models import User
from chat.models import Room
from chat.tests.helpers.logs import check_logs
from chat.tests.helpers.talk import (
    bodies,
    bodies_in_order,
    in_thread,
    post_until_stored,
    versions,
)
from testing.length import Length
from testing.outages import Outage
from testing.processes import UNLIMITED, Server
from testing.rows import Measured
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)

Servers = Callable[..., Server]


@pytest.mark.row(13)
async def test_a_message_is_refused_while_the_database_is_away_and_stored_once_when_it_is_back(
    servers: Servers,
    outage: Outage,
    length: Length,
    measured: Measured,
    alice: User,
    bob: User,
    general: Room,
) -> None:
    wait = {"ROOMFUL_DATABASE_WAIT_MS": length.pick(full="5000", short="1000")}
    one, other = (servers(**UNLIMITED, **outage.environment, **wait) for _ in range(2))
    async with AsyncExitStack() as stack:
        writers = [await stack.enter_async_context(Client(server, alice)) for server in (one, other) * 3]
        reader = await stack.enter_async_context(Client(other, bob))
        for writer in writers:
            await post_until_stored(writer, general, [])
        client_ids = [str(uuid4()) for _ in writers]
        refusals: list[Refused] = []
        await in_thread(outage.begin)()
        try:
            posting = [
                asyncio.create_task(post_until_stored(writer, general, refusals, client_id=client_id, body=client_id))
                for writer, client_id in zip(writers, client_ids, strict=True)
            ]
            await length.elapse(full=10, short=2.5)
            assert not any(task.done() for task in posting)
            assert {(refusal.code, refusal.retry) for refusal in refusals} == {("unavailable", True)}
        finally:
            await in_thread(outage.end)()
        with measured.time("until all is stored after the return", within=5):
            await asyncio.gather(*posting)
            for writer in writers:
                await post_until_stored(writer, general, [])
            last = general.version + 3 * len(writers)
            await reader.event("message.posted", version=last, timeout=10)
        assert versions(reader) == list(range(general.version + 1, last + 1))
        stored = await bodies_in_order(general)
        assert bodies(reader) == stored
        assert sorted(client_ids) == sorted(body for body in stored if body in client_ids)
    check_logs(one, other)
