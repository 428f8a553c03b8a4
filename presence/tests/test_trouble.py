"""Behaviour when servers die or hang, and when Redis goes away, comes back, is emptied, or holds nonsense."""

import asyncio
import json
from collections.abc import Callable

import pytest
from pytest_django import Settings
from redis import Redis

from presence.conf import DEFAULTS
from presence.errors import NoLease
from presence.operations import join, leave, touch
from presence.redis_connections import TIMEOUT
from presence.store import Store
from presence.tasks import end
from presence.tests.helpers.processes import Process, die
from presence.tests.helpers.valkey import Valkey
from presence.tests.helpers.waiting import eventually
from presence.tests.test_tracker import ALICE, BOB, ROOM, present
from presence.topics import ONLINE
from presence.tracker import Tracker
from testing.machine import patience

HOUR_MS = 3_600_000

Processes = Callable[[], Process]
Trackers = Callable[[], Tracker]


async def test_a_node_without_a_lease_is_refused_whatever_it_asks(valkey: Valkey) -> None:
    store = Store()
    await store.take_lease("node", 60_000)
    await store.apply("node", [join(ROOM, ALICE, "tab"), touch(ALICE), leave(ROOM, ALICE, "tab", 0)])

    with pytest.raises(NoLease):
        await store.apply("stranger", [join(ROOM, ALICE, "tab")])
    with pytest.raises(NoLease):
        await store.sweep("stranger", 60_000, 60_000)
    with pytest.raises(NoLease):
        await store.renew_lease("stranger", 60_000)
    with pytest.raises(NoLease):
        await store.release("stranger", "node", 0)
    await store.close()


async def test_a_server_that_lost_its_lease_comes_back_as_another_node(trackers: Trackers, redis: Redis) -> None:
    tracker = trackers()
    tracker.track(ROOM, ALICE, "tab")
    await tracker.settled()
    old = tracker.node
    owned = {f"{ROOM}|{ALICE}|tab"}
    assert redis.smembers(f"{{presence}}:owned:{old}") == owned

    redis.delete(f"{{presence}}:node:{old}")
    redis.zadd("{presence}:nodes", {old: 0})

    await eventually(lambda: tracker.node != old and redis.smembers(f"{{presence}}:owned:{tracker.node}") == owned)
    await eventually(lambda: not redis.exists(f"{{presence}}:owned:{old}"))
    assert present(redis) == {ALICE}
    assert redis.smembers(f"{{presence}}:conns:{ROOM}:{ALICE}") == {f"{tracker.node}/tab"}


async def test_the_people_of_a_dead_server_are_swept_by_another(processes: Processes) -> None:
    dead, witness = processes(), processes()
    await witness.watch(ROOM)
    dead.tracker.track(ROOM, ALICE, "tab")
    await eventually(lambda: witness.sees(ROOM) == {ALICE})

    await dead.die()

    await eventually(lambda: witness.sees(ROOM) == set())


async def test_the_people_of_a_dead_server_are_swept_by_its_successor(processes: Processes) -> None:
    dead = processes()
    dead.tracker.track(ROOM, ALICE, "tab")
    await dead.tracker.settled()
    await dead.die()

    successor = processes()
    await successor.watch(ROOM)
    assert successor.sees(ROOM) == {ALICE}
    await eventually(lambda: successor.sees(ROOM) == set())


async def test_a_user_of_a_dead_server_who_is_also_on_another_does_not_flicker(processes: Processes) -> None:
    dead, alive = processes(), processes()
    await alive.watch(ROOM)
    for process in (dead, alive):
        process.tracker.track(ROOM, ALICE, "tab")
    dead.tracker.track(ROOM, BOB, "tab of bob")
    await eventually(lambda: alive.sees(ROOM) == {ALICE, BOB})
    await alive.tracker.settled()

    await dead.die()

    await eventually(lambda: alive.left(ROOM) == [BOB])
    assert alive.sees(ROOM) == {ALICE}


async def test_more_users_than_a_batch_are_swept(processes: Processes, redis: Redis) -> None:
    dead, witness = processes(), processes()
    await witness.watch(ROOM)
    for user_id in range(1_200):
        dead.tracker.track(ROOM, user_id, "tab")
    await eventually(lambda: len(witness.sees(ROOM)) == 1_200)

    await dead.die()

    await eventually(lambda: witness.sees(ROOM) == set())
    assert not redis.keys("{presence}:owned*")
    assert not redis.keys("{presence}:conns*")


async def test_a_server_that_hung_is_swept_and_comes_back(processes: Processes) -> None:
    hung, witness = processes(), processes()
    await witness.watch(ROOM)
    hung.tracker.track(ROOM, ALICE, "tab")
    await eventually(lambda: witness.sees(ROOM) == {ALICE})

    await end(hung.tracker._tasks[1:3])  # its heartbeat and its sweeper, which would notice
    await eventually(lambda: witness.left(ROOM) == [ALICE])

    hung.tracker.track(ROOM, BOB, "tab of bob")
    await eventually(lambda: witness.sees(ROOM) == {ALICE, BOB})


async def test_an_emptied_redis_is_filled_again(processes: Processes, redis: Redis) -> None:
    process, other = processes(), processes()
    await process.watch(ROOM)
    process.tracker.track(ROOM, ALICE, "tab")
    other.tracker.track(ROOM, BOB, "tab of bob")
    await eventually(lambda: process.sees(ROOM) == {ALICE, BOB})
    old_epoch = redis.get("{presence}:epoch")

    redis.flushall()

    await eventually(lambda: present(redis) == {ALICE, BOB})
    assert redis.get("{presence}:epoch") != old_epoch
    process.tracker.track(ROOM, 3, "tab of a third")
    await eventually(lambda: process.sees(ROOM) == {ALICE, BOB, 3})
    assert process.left(ROOM) == []


async def test_a_user_who_left_while_redis_was_emptied_leaves_the_view(processes: Processes, redis: Redis) -> None:
    process, dead = processes(), processes()
    await process.watch(ROOM)
    process.tracker.track(ROOM, ALICE, "tab")
    dead.tracker.track(ROOM, BOB, "tab of bob")
    await eventually(lambda: process.sees(ROOM) == {ALICE, BOB})

    await dead.die()
    redis.flushall()

    await eventually(lambda: process.left(ROOM) == [BOB])
    assert process.sees(ROOM) == present(redis) == {ALICE}


async def test_a_redis_that_was_killed_is_noticed_and_so_is_its_return(
    processes: Processes, valkey: Valkey, redis: Redis
) -> None:
    process = processes()
    await process.watch(ROOM)
    process.tracker.track(ROOM, ALICE, "tab")
    await eventually(lambda: process.sees(ROOM) == {ALICE})
    assert (process.tracker.available, process.rosters.available) == (True, True)

    valkey.kill()
    await eventually(lambda: not process.tracker.available and not process.rosters.available)
    process.tracker.track(ROOM, BOB, "tab of bob")  # works as always
    await process.tracker.settled()
    assert (process.sees(ROOM), process.rosters.is_known(ROOM)) == ({ALICE}, True)

    valkey.start()
    await eventually(lambda: process.tracker.available and process.rosters.available)
    await eventually(lambda: present(redis) == {ALICE, BOB})
    await eventually(lambda: process.sees(ROOM) == {ALICE, BOB})
    assert process.availability == [True, False, True]
    assert process.left(ROOM) == []


async def test_a_pause_of_redis_that_outlasts_all_leases_makes_no_user_flicker(
    processes: Processes, valkey: Valkey, redis: Redis
) -> None:
    one, two = processes(), processes()
    await one.watch(ROOM)
    one.tracker.track(ROOM, ALICE, "tab")
    two.tracker.track(ROOM, BOB, "tab of bob")
    await eventually(lambda: one.sees(ROOM) == {ALICE, BOB})
    nodes = {one.tracker.node, two.tracker.node}

    valkey.pause()
    try:
        await eventually(lambda: not one.tracker.available and not two.tracker.available)
    finally:
        valkey.go_on()

    await eventually(lambda: one.tracker.available and two.tracker.available)
    await eventually(lambda: not any(redis.exists(f"{{presence}}:owned:{node}") for node in nodes))
    one.tracker.track(ROOM, 3, "tab of a third")
    await eventually(lambda: one.sees(ROOM) == {ALICE, BOB, 3})
    assert one.left(ROOM) == []
    assert sorted(one.joined(ROOM)) == [ALICE, BOB, 3]


async def test_one_slow_answer_of_redis_makes_no_view_unavailable(
    processes: Processes, valkey: Valkey, redis: Redis, settings: Settings
) -> None:
    settings.PRESENCE = DEFAULTS | {"REDIS_URL": settings.PRESENCE["REDIS_URL"]}
    one, two = processes(), processes()
    for process in (one, two):
        await process.watch(ROOM)
        process.tracker.track(ROOM, ALICE, "tab")
        await process.tracker.settled()
    nodes = [one.tracker.node, two.tracker.node]

    valkey.pause()
    try:
        one.tracker.track(ROOM, BOB, "tab of bob")
        two.tracker.track(ROOM, 3, "tab of a third")
        await asyncio.sleep(TIMEOUT + 0.3)
        one.tracker.untrack(ROOM, ALICE, "tab", linger=False)
        two.tracker.untrack(ROOM, ALICE, "tab", linger=False)
    finally:
        valkey.go_on()

    await eventually(lambda: one.sees(ROOM) == two.sees(ROOM) == {BOB, 3})
    assert [one.tracker.node, two.tracker.node] == nodes
    assert one.availability == two.availability == [True]
    assert present(redis) == {BOB, 3}


async def test_a_batch_that_was_repeated_does_nothing_when_the_first_try_arrives_late(redis: Redis) -> None:
    store = Store()
    await store.take_lease("node", 60_000)
    late = json.dumps([join(ROOM, ALICE, "tab")]), 1
    await store.apply("node", [join(ROOM, ALICE, "tab")])
    await store.apply("node", [leave(ROOM, ALICE, "tab", 0), join(ROOM, BOB, "tab of bob")])
    assert present(redis) == {BOB}

    for _ in range(2):
        await store.run_as("node", "apply", *late)

    assert present(redis) == {BOB}
    assert not redis.exists(f"{{presence}}:conns:{ROOM}:{ALICE}")
    await store.close()


async def test_a_silent_redis_does_not_block_the_tracker(trackers: Trackers, valkey: Valkey) -> None:
    tracker = trackers()
    await tracker.settled()

    valkey.pause()
    try:
        async with asyncio.timeout(patience(10)):
            tracker.track(ROOM, ALICE, "tab")
            await tracker.settled()
            await tracker.stop()
    finally:
        valkey.go_on()


async def test_a_user_who_left_while_redis_was_away_leaves_on_its_return(
    processes: Processes, valkey: Valkey, redis: Redis
) -> None:
    process = processes()
    await process.watch(ROOM)
    process.tracker.track(ROOM, ALICE, "tab")
    process.tracker.track(ROOM, BOB, "tab of bob")
    await eventually(lambda: process.sees(ROOM) == {ALICE, BOB})

    valkey.pause()
    try:
        await eventually(lambda: not process.tracker.available)
        process.tracker.drop("tab of bob")
    finally:
        valkey.go_on()

    await eventually(lambda: process.left(ROOM) == [BOB])
    assert process.sees(ROOM) == present(redis) == {ALICE}


async def test_scripts_that_redis_has_lost_are_loaded_again(trackers: Trackers, redis: Redis) -> None:
    tracker = trackers()
    tracker.track(ROOM, ALICE, "tab")
    await tracker.settled()
    node = tracker.node

    redis.script_flush()
    tracker.track(ROOM, BOB, "tab of bob")
    await tracker.settled()

    assert present(redis) == {ALICE, BOB}
    assert tracker.node == node


@pytest.mark.parametrize("key", [f"topic:{ROOM}", f"version:{ROOM}", f"conns:{ROOM}:{ALICE}", f"state:{ALICE}"])
async def test_a_key_of_the_wrong_type_is_named_and_harms_no_other_topic(
    trackers: Trackers, redis: Redis, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    redis.lpush(f"{{presence}}:{key}", "nonsense")
    tracker = trackers()

    tracker.track(ROOM, ALICE, "tab")
    tracker.track(ONLINE, ALICE, "tab")
    tracker.track("here.8", BOB, "tab of bob")
    await tracker.settled()

    assert "CorruptData: WRONGTYPE" in caplog.text
    assert present(redis, "here.8") == {BOB}
    assert tracker.available


@pytest.mark.parametrize("key", ["lingering", "hiding", "inputs", "owned:dead", "nodes", "epoch"])
async def test_the_tracker_goes_on_after_its_own_keys_were_corrupt(
    trackers: Trackers, redis: Redis, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    redis.zadd("{presence}:nodes", {"dead": 0})
    redis.delete(f"{{presence}}:{key}")
    redis.lpush(f"{{presence}}:{key}", "nonsense")
    tracker = trackers()
    tracker.track(ROOM, ALICE, "tab")
    await eventually(lambda: "WRONGTYPE" in caplog.text)

    redis.delete(f"{{presence}}:{key}")

    tracker.track(ROOM, BOB, "tab of bob")
    await eventually(lambda: BOB in present(redis))
    tracker.drop("tab of bob")
    await eventually(lambda: BOB not in present(redis))


async def test_a_dead_server_is_noticed_though_the_clock_of_redis_was_set_back(
    processes: Processes, redis: Redis
) -> None:
    dead, witness = processes(), processes()
    await witness.watch(ROOM)
    dead.tracker.track(ROOM, ALICE, "tab")
    witness.tracker.track(ROOM, BOB, "tab of bob")
    witness.tracker.track(ROOM, 3, "tab of a third")
    await eventually(lambda: witness.sees(ROOM) == {ALICE, BOB, 3})
    await dead.die()
    witness.tracker.drop("tab of a third")
    await witness.tracker.settled()

    with redis.pipeline() as pipe:  # as if everything had been written by a clock that is an hour ahead
        for name in ("nodes", "lingering", "hiding", "inputs"):
            for member in map(str, redis.zrange(f"{{presence}}:{name}", 0, -1)):
                pipe.zincrby(f"{{presence}}:{name}", HOUR_MS, member)
        for node in redis.scan_iter("{presence}:node:*"):
            pipe.pexpire(node, HOUR_MS)
        pipe.set("{presence}:repairing", "somebody", px=HOUR_MS)
        pipe.incrby("{presence}:swept", HOUR_MS)
        pipe.execute()

    await eventually(lambda: witness.sees(ROOM) == {BOB})
    assert not redis.exists("{presence}:repairing")
    assert redis.zrange("{presence}:nodes", 0, -1) == [witness.tracker.node]


async def test_a_dead_tracker_can_still_be_asked_and_stopped(trackers: Trackers) -> None:
    tracker = trackers()
    await tracker.settled()
    await die(tracker)

    tracker.track(ROOM, ALICE, "tab")
    tracker.touch(ALICE)
    await tracker.settled()
    await tracker.stop()
