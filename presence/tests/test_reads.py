import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from pytest_django import Settings
from redis import Redis

from presence.errors import CorruptData, InvalidTopic, PresenceUnavailable
from presence.reads import acount, among, count, nodes, present, snapshot
from presence.tests.helpers.valkey import Valkey
from presence.tests.helpers.waiting import eventually
from presence.tests.test_tracker import ALICE, BOB, ROOM
from presence.topics import ONLINE
from presence.tracker import Tracker
from testing.machine import patience

Trackers = Callable[[], Tracker]

pytestmark = pytest.mark.usefixtures("reading")


async def test_reads_return_counts_people_and_nodes(trackers: Trackers) -> None:
    tracker = trackers()
    tracker.track(ROOM, ALICE, "tab")
    tracker.track(ROOM, BOB, "tab of bob")
    tracker.track(ONLINE, BOB, "tab of bob")
    await tracker.settled()

    assert count([ONLINE, ROOM, "here.9"]) == [1, 2, 0]
    assert await acount([ONLINE, ROOM, "here.9"]) == [1, 2, 0]
    assert count([]) == await acount([]) == []
    assert present(ALICE, [ONLINE, ROOM]) == [False, True]
    assert present(ALICE, []) == []
    assert [among(ROOM, [ALICE, BOB, 99]), among(ROOM, [])] == [{ALICE, BOB}, frozenset()]
    assert nodes() == {tracker.node}
    assert (await snapshot(ROOM)).people == {ALICE, BOB}


async def test_without_redis_reads_raise_presence_unavailable_at_once(valkey: Valkey) -> None:
    assert count([ROOM]) == [0]
    valkey.kill()

    began = time.monotonic()
    with pytest.raises(PresenceUnavailable):
        count([ROOM])
    with pytest.raises(PresenceUnavailable):
        await acount([ROOM])
    with pytest.raises(PresenceUnavailable):
        await snapshot(ROOM)
    with pytest.raises(PresenceUnavailable):
        present(ALICE, [ROOM])
    with pytest.raises(PresenceUnavailable):
        among(ROOM, [ALICE])
    with pytest.raises(PresenceUnavailable):
        nodes()
    assert time.monotonic() - began < patience(1)


async def test_after_redis_is_back_the_first_read_succeeds(valkey: Valkey) -> None:
    assert count([ROOM]) == await acount([ROOM]) == [0]
    valkey.kill()
    valkey.start()

    assert count([ROOM]) == await acount([ROOM]) == [0]


async def test_reads_of_a_silent_redis_time_out(valkey: Valkey) -> None:
    valkey.pause()
    try:
        began = time.monotonic()
        with pytest.raises(PresenceUnavailable):
            count([ROOM])
        halfway = time.monotonic()
        with pytest.raises(PresenceUnavailable):
            await acount([ROOM])
        assert halfway - began < patience(3)
        assert time.monotonic() - halfway < patience(3)
    finally:
        valkey.go_on()


async def test_a_redis_that_cannot_be_reached_is_unavailable(settings: Settings) -> None:
    settings.PRESENCE = {**settings.PRESENCE, "REDIS_URL": "redis://127.0.0.1:1/0"}

    with pytest.raises(PresenceUnavailable):
        count([ROOM])


async def test_reading_a_key_of_the_wrong_type_raises_corrupt_data(redis: Redis) -> None:
    redis.set(f"{{presence}}:topic:{ROOM}", "nonsense")

    with pytest.raises(CorruptData):
        count([ROOM])
    with pytest.raises(CorruptData):
        await acount([ROOM])
    with pytest.raises(CorruptData):
        await snapshot(ROOM)
    with pytest.raises(CorruptData):
        present(ALICE, [ROOM])


async def test_reading_a_bad_topic_raises_invalid_topic() -> None:
    with pytest.raises(InvalidTopic):
        count(["a room"])
    with pytest.raises(InvalidTopic):
        await acount(["a room"])
    with pytest.raises(InvalidTopic):
        await snapshot("a room")
    with pytest.raises(InvalidTopic):
        present(ALICE, ["a room"])


async def test_reads_of_an_emptied_redis_are_unavailable_until_it_is_filled_again(
    trackers: Trackers, redis: Redis
) -> None:
    tracker = trackers()
    tracker.track(ROOM, ALICE, "tab")
    await tracker.settled()
    assert count([ROOM]) == await acount([ROOM]) == [1]

    redis.flushall()
    with pytest.raises(PresenceUnavailable):
        count([ROOM])
    with pytest.raises(PresenceUnavailable):
        await acount([ROOM])
    with pytest.raises(PresenceUnavailable):
        present(ALICE, [ROOM])

    told: list[int] = []

    def is_known_again() -> bool:
        with suppress(PresenceUnavailable):
            told.extend(count([ROOM]))
        return bool(told)

    await eventually(is_known_again)
    assert told == [1]


async def test_a_process_believes_the_first_epoch_that_it_sees(redis: Redis) -> None:
    assert count([ROOM]) == [0]
    redis.sadd("{presence}:topic:" + ROOM, ALICE)
    redis.set("{presence}:epoch", "first")
    assert count([ROOM]) == [1]
