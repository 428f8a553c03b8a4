"""Missed events reach a client on a slow line in parts. Each part moves the version that it resumes from."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from accounts.models import User
from chat.hub.delivery.connection import Connection
from chat.hub.delivery.frame import Frame
from chat.hub.delivery.replay import PART_BYTES, Replay, parts_of
from chat.hub.rooms.audience import Hold
from chat.models import Room
from chat.services.messages import posting
from chat.tests.helpers.talk import in_thread, post, versions
from testing.length import Length
from testing.machine import patience
from testing.processes import UNLIMITED, Server
from testing.rows import Measured
from testing.slow_line import SlowLine
from testing.sockets import Client

LONG = "It goes on. " * 800  # 9,600 characters, twice: as text and as HTML


def event(version: int, size: int = 0) -> dict[str, Any]:
    return {"version": version, "body": "a" * size}


def versions_in(frame: Frame) -> list[int]:
    return [event["version"] for event in json.loads(frame.text)]


class Reader:
    """A fake connection whose reader takes a frame when the test says so."""

    def __init__(self, *, is_slow: bool) -> None:
        self.got: list[list[int]] = []
        self.is_behind = False
        self._is_slow = is_slow
        self._callbacks: list[Callable[[], None]] = []

    def deliver(self, frame: Frame) -> None:
        self.got.append(versions_in(frame))
        self.is_behind = self._is_slow

    def when_caught_up(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def catch_up(self) -> None:
        self.is_behind = False
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()


class Sent:
    """A replay of three parts to a reader."""

    def __init__(self, *, is_slow: bool) -> None:
        self.reader = Reader(is_slow=is_slow)
        self.hold = Hold()
        self.is_current = True
        self.reached: list[int] = []
        parts = [Frame.of(event(version)) for version in (1, 2, 3)]
        connection = cast(Connection, self.reader)
        self.replay = Replay(connection, self.hold, parts, 3, lambda: self.is_current, self.reached.append)


class TestParts:
    def test_events_are_divided_into_frames_of_bounded_size_in_their_order(self) -> None:
        events = [event(version, 10_000) for version in range(1, 41)]
        parts = parts_of(events)
        assert len(parts) > 5
        assert max(part.size for part in parts) <= PART_BYTES
        assert [event for part in parts for event in json.loads(part.text)] == events

    def test_events_of_one_version_stay_in_one_frame(self) -> None:
        together = [event(1, 10_000)] + [event(2, 10_000)] * 20 + [event(3, 10_000)]
        assert [versions_in(part) for part in parts_of(together)] == [[1], [2] * 20, [3]]

    def test_nothing_missed_is_no_frame(self) -> None:
        assert parts_of([]) == ()


class TestReplay:
    def test_a_reader_who_keeps_up_gets_all_parts_at_once(self) -> None:
        sent = Sent(is_slow=False)
        assert sent.replay.send()
        assert sent.reader.got == [[1], [2], [3]]
        assert sent.reached == []

    def test_a_slow_reader_gets_the_next_part_when_the_one_before_was_taken(self) -> None:
        sent = Sent(is_slow=True)
        assert not sent.replay.send()
        for taken in ([[1]], [[1], [2]], [[1], [2], [3]]):
            assert sent.reader.got == taken
            assert sent.reached == []
            sent.reader.catch_up()
        assert sent.reached == [3]

    def test_events_that_happen_during_a_replay_follow_it_at_the_readers_pace(self) -> None:
        sent = Sent(is_slow=True)
        sent.replay.send()
        for version in (3, 4, 5):  # version 3 is in the replay, too
            sent.hold.keep(version, Frame.of(event(version)))
        for _ in range(4):
            sent.reader.catch_up()
        assert sent.reader.got == [[1], [2], [3], [4, 5]]
        assert sent.reached == [5]

    def test_a_replay_ends_when_the_room_is_opened_again_or_left(self) -> None:
        sent = Sent(is_slow=True)
        sent.replay.send()
        sent.is_current = False
        sent.reader.catch_up()
        assert sent.reader.got == [[1]]
        assert sent.reached == []


@pytest.mark.django_db(transaction=True)
class TestSlowLine:
    @pytest.mark.row(46)
    async def test_a_client_on_a_slow_line_catches_up_while_others_talk(
        self, servers: Callable[..., Server], length: Length, measured: Measured, alice: User, bob: User, general: Room
    ) -> None:
        server = servers(**UNLIMITED)
        since, missed = await in_thread(miss)(alice, general, 70)
        async with (
            SlowLine(server, length.pick(full=50_000, short=500_000)) as line,
            talking(server, alice, general) as said,
            Client(line, bob) as b,
        ):
            with measured.time("caught up", within=60):
                await b.command("room.open", room=general.pk, since=since)
                await b.event("message.posted", timeout=60, version=missed[-1])
                await b.event("presence.snapshot", timeout=60)
                await b.event("message.posted", timeout=60, version=await said())
        assert versions(b) == list(range(since + 1, versions(b)[-1] + 1))

    @pytest.mark.row(46)
    async def test_a_client_whose_slow_line_is_cut_again_and_again_gets_further_each_time(
        self, servers: Callable[..., Server], length: Length, alice: User, bob: User, general: Room
    ) -> None:
        server = servers(**UNLIMITED)
        since, missed = await in_thread(miss)(alice, general, 70)
        async with SlowLine(server, length.pick(full=50_000, short=500_000)) as line, talking(server, alice, general):
            for _ in range(20):
                reached = await open_until_cut(line, bob, general, since, seconds=length.pick(full=20, short=1))
                assert reached > since
                since = reached
                if since >= missed[-1]:
                    break
        assert since >= missed[-1]


def say(author: User, room: Room, body: str, times: int) -> list[int]:
    posted = [posting.post_message(author, room.pk, body=body, client_id=uuid4()) for _ in range(times)]
    return [message.version for message in posted]


def miss(author: User, room: Room, times: int) -> tuple[int, list[int]]:
    """Return the version that a client has, and the versions of the 20 KB messages that it missed."""
    [since] = say(author, room, "Seen", 1)
    return since, say(author, room, LONG, times)


@asynccontextmanager
async def talking(server: Server, author: User, room: Room) -> AsyncIterator[Callable[[], Any]]:
    """Post now and then. Yield a function that waits for the next post and returns its version."""
    latest = asyncio.Condition()
    posted: list[int] = []

    async def talk() -> None:
        async with Client(server, author) as client:
            while True:
                message = await post(client, room, "Still talking")
                async with latest:
                    posted.append(message["version"])
                    latest.notify_all()
                await asyncio.sleep(0.1)

    async def next_version() -> int:
        async with latest:
            await latest.wait()
            return posted[-1]

    task = asyncio.create_task(talk())
    yield next_version
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def open_until_cut(line: SlowLine, user: User, room: Room, since: int, seconds: float) -> int:
    """Open the room over a line that is cut after so many seconds; return the version that was reached."""
    client = Client(line, user)
    try:
        async with client:
            await client.command("room.open", room=room.pk, since=since)
            asyncio.get_running_loop().call_later(patience(seconds), line.cut)
            await client.closed(timeout=60)
    except (ConnectionClosed, OSError, AssertionError):
        pass
    return max((event["version"] for event in client.seen("message.posted")), default=since)
