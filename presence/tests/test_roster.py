import asyncio
from collections.abc import Callable

import pytest
from redis import Redis

from presence.errors import InvalidTopic
from presence.roster import Rosters
from presence.tests.helpers.processes import Process
from presence.tests.helpers.valkey import Valkey
from presence.tests.helpers.waiting import eventually
from presence.tests.test_tracker import ALICE, BOB, ROOM, present
from presence.tracker import Tracker

Processes = Callable[[], Process]
Trackers = Callable[[], Tracker]


async def test_users_who_joined_before_the_watch_are_in_the_first_view(
    trackers: Trackers, processes: Processes
) -> None:
    tracker = trackers()
    tracker.track(ROOM, ALICE, "tab")
    await tracker.settled()

    process = processes()
    assert not process.rosters.is_known(ROOM)
    await process.watch(ROOM)

    assert process.rosters.is_known(ROOM)
    assert process.sees(ROOM) == {ALICE}
    assert process.joined(ROOM) == [ALICE]


async def test_a_hint_that_was_lost_is_healed_by_the_next(processes: Processes) -> None:
    process = processes()
    await process.watch(ROOM)
    process.deaf = True
    process.tracker.track(ROOM, ALICE, "tab")
    await process.tracker.settled()
    process.deaf = False
    process.tracker.track(ROOM, BOB, "tab of bob")

    await eventually(lambda: process.sees(ROOM) == {ALICE, BOB})


async def test_a_last_hint_that_was_lost_is_healed_by_the_check(processes: Processes) -> None:
    process = processes()
    await process.watch(ROOM)
    process.deaf = True

    process.tracker.track(ROOM, ALICE, "tab")
    await eventually(lambda: process.sees(ROOM) == {ALICE})

    process.tracker.untrack(ROOM, ALICE, "tab", linger=False)
    await eventually(lambda: process.sees(ROOM) == set())


async def test_hints_that_come_late_or_twice_or_in_the_wrong_order_change_nothing(processes: Processes) -> None:
    process = processes()
    await process.watch(ROOM)
    process.tracker.track(ROOM, ALICE, "tab")
    await eventually(lambda: process.sees(ROOM) == {ALICE})
    watched = process.rosters._watched[ROOM]

    def hint(step: int, joined: list[int], left: list[int]) -> dict[str, object]:
        version = watched.version + step
        return {"topic": ROOM, "epoch": watched.epoch, "version": version, "joined": joined, "left": left}

    process.rosters.receive(hint(0, [7], []))  # twice
    process.rosters.receive(hint(-1, [], [ALICE]))  # late
    assert process.sees(ROOM) == {ALICE}
    second, first = hint(2, [], [BOB]), hint(1, [BOB], [])
    process.rosters.receive(second)
    assert process.sees(ROOM) == {ALICE}
    process.rosters.receive(first)
    assert process.sees(ROOM) == {ALICE}
    assert process.joined(ROOM) == [ALICE, BOB]
    assert process.left(ROOM) == [BOB]


async def test_the_effect_of_a_forged_hint_does_not_last(processes: Processes, redis: Redis) -> None:
    process = processes()
    await process.watch(ROOM)
    process.tracker.track(ROOM, ALICE, "tab")
    await eventually(lambda: process.sees(ROOM) == {ALICE})
    watched = process.rosters._watched[ROOM]

    forged = {"topic": ROOM, "joined": [BOB], "left": [ALICE]}
    process.rosters.receive({**forged, "epoch": watched.epoch, "version": watched.version + 1})
    process.rosters.receive({**forged, "epoch": watched.epoch, "version": watched.version + 5})
    process.rosters.receive({**forged, "epoch": "another", "version": 7})

    await eventually(lambda: process.sees(ROOM) == present(redis) == {ALICE})
    await eventually(lambda: not watched.early)


@pytest.mark.parametrize("hint", [{}, {"topic": ROOM}, {"topic": ROOM, "epoch": "", "version": "x", "joined": 1}])
async def test_a_hint_that_makes_no_sense_is_ignored(processes: Processes, hint: dict[str, object]) -> None:
    process = processes()
    await process.watch(ROOM)

    process.rosters.receive(hint)

    assert process.sees(ROOM) == set()


async def test_a_topic_is_unknown_while_redis_is_away_and_loaded_on_its_return(
    processes: Processes, trackers: Trackers, valkey: Valkey
) -> None:
    process = processes()
    process.tracker.track(ROOM, ALICE, "tab")
    await process.tracker.settled()
    valkey.kill()

    await process.rosters.watch(ROOM)  # returns even so
    assert not process.rosters.is_known(ROOM)
    assert not process.rosters.available
    assert process.sees(ROOM) == set()

    valkey.start()
    await eventually(lambda: process.rosters.is_known(ROOM) and process.sees(ROOM) == {ALICE})
    await eventually(lambda: process.rosters.available)


async def test_a_topic_that_cannot_be_read_is_unknown_and_others_are_not_concerned(
    processes: Processes, redis: Redis
) -> None:
    process = processes()
    process.tracker.track("here.8", BOB, "tab of bob")
    await process.tracker.settled()
    redis.lpush(f"{{presence}}:topic:{ROOM}", "nonsense")

    await process.watch(ROOM)
    await process.watch("here.8")
    assert not process.rosters.is_known(ROOM)
    assert process.sees("here.8") == {BOB}

    redis.delete(f"{{presence}}:topic:{ROOM}")
    await eventually(lambda: process.rosters.is_known(ROOM))


async def test_many_topics_are_watched_at_once(processes: Processes) -> None:
    process = processes()
    topics = [f"here.{number}" for number in range(250)]
    for topic in topics:
        process.tracker.track(topic, ALICE, "tab")
    await process.tracker.settled()

    await asyncio.gather(*map(process.rosters.watch, topics))

    assert all(process.sees(topic) == {ALICE} for topic in topics)


async def test_a_topic_that_is_not_watched_any_more_says_nothing(processes: Processes) -> None:
    process = processes()
    await process.watch(ROOM)
    await process.watch("here.8")
    process.rosters.unwatch(ROOM)
    process.rosters.unwatch(ROOM)

    process.tracker.track(ROOM, ALICE, "tab")
    process.tracker.track("here.8", ALICE, "tab")
    await eventually(lambda: process.sees("here.8") == {ALICE})

    assert process.joined(ROOM) == []
    assert not process.rosters.is_known(ROOM)
    await process.rosters.watch(ROOM)
    assert process.sees(ROOM) == {ALICE}


async def test_a_callback_that_fails_harms_nothing(trackers: Trackers) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("not this library's")

    rosters = Rosters(fail, fail)
    tracker = trackers()
    await rosters.watch(ROOM)

    tracker.track(ROOM, ALICE, "tab")
    await eventually(lambda: rosters.people(ROOM) == {ALICE})
    await rosters.stop()


async def test_a_bad_topic_cannot_be_watched(processes: Processes) -> None:
    with pytest.raises(InvalidTopic):
        await processes().rosters.watch("a room")


async def test_views_and_redis_agree_after_servers_stopped_and_died(processes: Processes, redis: Redis) -> None:
    """Users come and go on three servers. One of them stops, and one dies. No view shows a user who never came."""
    servers = [processes() for _ in range(3)]
    for server in servers:
        await server.watch(ROOM)
    for user_id in range(1, 61):
        servers[user_id % 3].tracker.track(ROOM, user_id, f"tab {user_id}")
        if user_id % 4 == 0:
            servers[user_id % 3].tracker.drop(f"tab {user_id}")
    for server in servers:
        await server.tracker.settled()
    await servers[0].tracker.stop(linger_ms=0)
    await servers[1].die()

    here = {user_id for user_id in range(1, 61) if user_id % 4 and user_id % 3 == 2}
    await eventually(lambda: servers[2].sees(ROOM) == present(redis) == here)
    assert set(servers[2].joined(ROOM)) <= set(range(1, 61))
