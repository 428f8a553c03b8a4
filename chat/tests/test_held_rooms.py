"""Slow locks, queries and reads: the users that they delay, and those that they do not."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from uuid import uuid4

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from accounts.models import User
from chat.errors import Unavailable
from chat.handlers.group_commit import GroupCommit
from chat.models import Message, Room
from chat.runtime import database
from chat.runtime.database import Lane
from chat.services.messages.posting import Post
from chat.services.rooms import membership
from chat.services.shared.locking import locked_room
from chat.tests.helpers.talk import in_thread, post
from testing.in_process import InProcessServer
from testing.length import Length
from testing.machine import patience
from testing.outages import IS_SQLITE
from testing.rows import Measured
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)

needs_locks_of_rooms = pytest.mark.skipif(IS_SQLITE, reason="SQLite has one lock for all rooms")
row_of_locks = needs_locks_of_rooms if IS_SQLITE else pytest.mark.row(45)

SLOW_INSERT = """
CREATE FUNCTION slow_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({}); RETURN NEW; END $$;
CREATE TRIGGER slow_insert BEFORE INSERT ON chat_message FOR EACH ROW
    WHEN (NEW.body = 'Slow') EXECUTE FUNCTION slow_insert();
"""


@asynccontextmanager
async def locked(room: Room) -> AsyncIterator[None]:
    """Hold the room's lock in a transaction of another thread. On SQLite the whole database is locked."""
    is_held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            locked_room(room.pk)
            is_held.set()
            may_go.wait()
        connection.close()

    holding = asyncio.create_task(asyncio.to_thread(hold))
    await asyncio.to_thread(is_held.wait, patience(10))
    try:
        yield
    finally:
        may_go.set()
        await holding


@contextmanager
def occupied(lane: Lane) -> Iterator[list[Callable[[], None]]]:
    """Return as many calls for a lane as it has threads. They run until the block ends."""
    may_go = threading.Event()
    try:
        yield [may_go.wait] * lane.threads  # type: ignore[list-item]
    finally:
        may_go.set()


@pytest.fixture
def slow_insert(db: None, length: Length) -> Iterator[float]:
    """Make posts with the text "Slow" take some seconds in the database."""
    seconds = length.pick(full=5, short=1)
    with connection.cursor() as cursor:
        cursor.execute(SLOW_INSERT.format(seconds))
    yield seconds
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION slow_insert CASCADE")


@pytest.fixture
def other(alice: User, bob: User) -> Room:
    room = membership.create_room(alice, "other")
    return membership.join(bob, room.pk)


def say(author: User, room: Room, body: str) -> Post:
    return Post(author, room.pk, body, uuid4())


async def in_room(room: Room) -> list[str]:
    said = Message.objects.filter(room=room).said().order_by("position")
    return await in_thread(lambda: list(said.values_list("body", flat=True)))()


class TestPosting:
    @needs_locks_of_rooms
    async def test_a_room_whose_lock_is_held_keeps_no_post_to_another_room_waiting(
        self, alice: User, bob: User, general: Room, other: Room
    ) -> None:
        commits = GroupCommit()
        async with locked(general):
            held = [asyncio.create_task(commits.post(say(alice, general, body))) for body in ("one", "two")]
            for number in range(20):
                began = time.monotonic()
                await asyncio.gather(commits.post(say(bob, other, str(number))), asyncio.sleep(0))
                assert time.monotonic() - began < patience(0.3)
            held.append(asyncio.create_task(commits.post(say(alice, general, "three"))))
            assert not any(task.done() for task in held)
        await asyncio.gather(*held)
        assert await in_room(general) == ["one", "two", "three"]
        await commits.post(say(alice, general, "four"))
        assert not commits._held

    async def test_a_post_that_was_refused_as_unavailable_is_not_stored_later(
        self, settings: Settings, alice: User, general: Room
    ) -> None:
        commits = GroupCommit()
        first, second = say(alice, general, "one"), say(alice, general, "two")
        await commits.post(say(alice, general, "zero"))
        settings.DATABASE_WAIT_SECONDS = 0.5
        async with locked(general):
            outcomes = await asyncio.gather(commits.post(first), commits.post(second), return_exceptions=True)
            assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]
        settings.DATABASE_WAIT_SECONDS = 10
        await commits.post(say(alice, general, "after"))
        assert await in_room(general) == ["zero", "after"]
        await commits.post(first)
        assert await in_room(general) == ["zero", "after", "one"]

    async def test_a_write_that_was_refused_as_unavailable_is_not_done_later(
        self, settings: Settings, alice: User, general: Room
    ) -> None:
        def rename(name: str) -> None:
            with transaction.atomic():
                room = locked_room(general.pk)
                room.name = name
                room.save(update_fields=["name"])
                database.check_wanted()

        await database.write(rename, "before")
        settings.DATABASE_WAIT_SECONDS = 0.3
        async with locked(general):
            with pytest.raises(Unavailable):
                await database.write(rename, "too late")
        settings.DATABASE_WAIT_SECONDS = 10
        await database.write(lambda: None)
        await asyncio.gather(*(database.run(Lane.HELD, lambda: None) for _ in range(Lane.HELD.threads)))
        await in_thread(general.refresh_from_db)()
        assert general.name == "before"


class TestOtherWrites:
    @needs_locks_of_rooms
    async def test_writes_that_wait_for_a_room_keep_no_write_to_another_room_waiting(
        self, alice: User, general: Room, other: Room
    ) -> None:
        def lock(room: Room) -> None:
            with transaction.atomic():
                locked_room(room.pk)

        await database.write(lock, other)
        async with locked(general):
            waiting = [
                asyncio.create_task(database.write(lock, general)) for _ in range(2 * len(Lane) + Lane.WRITE.threads)
            ]
            began = time.monotonic()
            for _ in range(5):
                await database.write(lock, other)
            assert (time.monotonic() - began) / 5 < patience(0.3)
            assert not any(task.done() for task in waiting)
        await asyncio.gather(*waiting)


class TestEverybodyElse:
    """Users who are not involved in a slow operation can go on talking."""

    @row_of_locks
    async def test_a_room_whose_lock_is_held_holds_up_nobody_elsewhere(
        self,
        site: InProcessServer,
        length: Length,
        measured: Measured,
        alice: User,
        bob: User,
        general: Room,
        other: Room,
    ) -> None:
        async with Client(site, alice) as author, locked(general):
            await author.ask("message.post", room=general.pk, body="Held", client_id=str(uuid4()))
            await others_talk(site, bob, other, measured, length.pick(full=30, short=1))

    @row_of_locks
    async def test_a_post_whose_query_is_slow_holds_up_nobody_elsewhere(
        self,
        slow_insert: float,
        site: InProcessServer,
        measured: Measured,
        alice: User,
        bob: User,
        general: Room,
        other: Room,
    ) -> None:
        async with Client(site, alice) as author:
            slow = await author.ask("message.post", room=general.pk, body="Slow", client_id=str(uuid4()))
            await others_talk(site, bob, other, measured, slow_insert)
            with suppress(Refused):  # it may have taken longer than a post waits
                assert (await author.answer(slow))["message"]["body"] == "Slow"

    @pytest.mark.row(45)
    @pytest.mark.parametrize("lane", [Lane.READ, Lane.PREPARATION, Lane.DUTY], ids=lambda lane: lane.label)
    async def test_reads_that_are_slow_hold_up_nobody_elsewhere(
        self, site: InProcessServer, length: Length, measured: Measured, lane: Lane, bob: User, other: Room
    ) -> None:
        with occupied(lane) as calls:
            slow = [asyncio.create_task(database.run(lane, call)) for call in calls]
            await others_talk(site, bob, other, measured, length.pick(full=5, short=0.5))
            assert not any(task.done() for task in slow)
        await asyncio.gather(*slow)


async def others_talk(site: InProcessServer, user: User, room: Room, measured: Measured, seconds: float) -> None:
    """Connect, post again and again, and connect once more."""
    took: list[float] = []
    until = time.monotonic() + seconds
    with measured.time("until somebody new is greeted", within=1):
        client = await Client(site, user).__aenter__()
    while time.monotonic() < until:
        began = time.monotonic()
        await post(client, room, "Hello")
        took.append(time.monotonic() - began)
        await asyncio.sleep(seconds / 50)
    await client.__aexit__()
    with measured.time("until somebody new is greeted", within=1):
        async with Client(site, user):
            pass
    measured("p95 of others", sorted(took)[int(len(took) * 0.95)], within=0.3)
