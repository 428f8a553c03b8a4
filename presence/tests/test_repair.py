"""Repair of sets that were damaged by hand. Intact entries cause no hints."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings
from redis import Redis

from presence.audit import SINGLE
from presence.report import verify
from presence.store import BATCH
from presence.tests.helpers.processes import Process
from presence.tests.helpers.waiting import eventually
from presence.tests.test_tracker import ALICE, BOB, ROOM, present
from presence.topics import AWAY, HIDDEN, ONLINE
from testing.machine import patience

CAROL, NOBODY = 3, 99
EMPTY = "here.9"

Processes = Callable[[], Process]
Damage = Callable[[Redis, str], Any]


@pytest.fixture(autouse=True)
def _soon_repaired(_short_times: None, settings: Settings) -> None:
    settings.PRESENCE = {**settings.PRESENCE, "REPAIR_MS": 200, "LEASE_MS": 5_000}


@pytest.fixture
async def process(processes: Processes) -> Process:
    """Start a process with Alice present, Bob hidden, and Carol away by her own decision."""
    process = processes()
    process.tracker.set_state(BOB, hidden=True, away=False)
    process.tracker.set_state(CAROL, hidden=False, away=True)
    for user_id in (ALICE, BOB, CAROL):
        for topic in (ONLINE, ROOM):
            process.tracker.track(topic, user_id, f"tab {user_id}")
    await process.tracker.settled()
    return process


def k(name: str) -> str:
    return "{presence}:" + name


def all_there_is(redis: Redis) -> dict[str, Any]:
    """Return all data that tests damage and expect back: sets, the members of sorted sets, and users' decisions."""
    there: dict[str, Any] = {}
    for kind in ("topic", "conns", "topics", "owned"):
        there |= {name: redis.smembers(name) for name in redis.scan_iter(k(f"{kind}:*"))}
    for name in ("nodes", "inputs", "lingering", "hiding"):
        there[name] = set(redis.zrange(k(name), 0, -1))
    there |= {name: redis.hmget(name, "hidden", "away") for name in redis.scan_iter(k("state:*"))}
    return there


def repairs(redis: Redis) -> int:
    return int(redis.hget(k("done"), "repairs") or 0)


async def contradictions() -> list[str]:
    return [str(contradiction) for contradiction in await asyncio.to_thread(verify)]


def add_a_stranger(redis: Redis, node: str) -> None:
    """Add a user of an unknown node to every set, except to that node's own."""
    redis.sadd(k(f"topic:{EMPTY}"), NOBODY)
    redis.sadd(k(f"topics:{NOBODY}"), EMPTY)
    redis.sadd(k(f"conns:{EMPTY}:{NOBODY}"), "unknown/tab")


def add_a_connection(redis: Redis, node: str) -> None:
    """Add a connection as if the node held it, which it does not."""
    add_a_stranger(redis, node)
    redis.delete(k(f"conns:{EMPTY}:{NOBODY}"))
    redis.sadd(k(f"conns:{EMPTY}:{NOBODY}"), f"{node}/tab")
    redis.sadd(k(f"owned:{node}"), f"{EMPTY}|{NOBODY}|tab")


DAMAGES: dict[str, Damage] = {
    "who is there is not on the topic": lambda redis, _: redis.srem(k(f"topic:{ROOM}"), ALICE),
    "nobody is on the topic": lambda redis, _: redis.delete(k(f"topic:{ONLINE}")),
    "somebody without a connection is on the topic": lambda redis, _: redis.sadd(k(f"topic:{ROOM}"), NOBODY),
    "so is somebody on a topic that nobody is on": lambda redis, _: redis.sadd(k(f"topic:{EMPTY}"), NOBODY),
    "somebody hidden is on the topic": lambda redis, _: redis.sadd(k(f"topic:{ROOM}"), BOB),
    "somebody hidden is not among the hidden": lambda redis, _: redis.srem(k(f"topic:{HIDDEN}"), BOB),
    "somebody visible is among the hidden": lambda redis, _: redis.sadd(k(f"topic:{HIDDEN}"), ALICE),
    "nobody online is among the hidden": lambda redis, _: redis.sadd(k(f"topic:{HIDDEN}"), NOBODY),
    "nobody online is away": lambda redis, _: redis.sadd(k(f"topic:{AWAY}"), NOBODY),
    "who is not away is away": lambda redis, _: redis.sadd(k(f"topic:{AWAY}"), ALICE),
    "who hides is away": lambda redis, _: redis.sadd(k(f"topic:{AWAY}"), BOB),
    "who is away is not away": lambda redis, _: redis.srem(k(f"topic:{AWAY}"), CAROL),
    "what is no user is on the topic": lambda redis, _: redis.sadd(k(f"topic:{ROOM}"), "nonsense"),
    "the connections of somebody are lost": lambda redis, _: redis.delete(k(f"conns:{ROOM}:{ALICE}")),
    "a connection is of a server that nobody knows": add_a_stranger,
    "a connection is of a server that does not own it": lambda redis, node: redis.sadd(
        k(f"conns:{ROOM}:{NOBODY}"), f"{node}/tab"
    ),
    "another connection is of a server that nobody knows": lambda redis, _: redis.sadd(
        k(f"conns:{ROOM}:{ALICE}"), "unknown/tab"
    ),
    "what is no connection is a connection": lambda redis, _: redis.sadd(k(f"conns:{ROOM}:{ALICE}"), "nonsense"),
    "the topics of somebody are lost": lambda redis, _: redis.delete(k(f"topics:{ALICE}")),
    "somebody has a topic too many": lambda redis, _: redis.sadd(k(f"topics:{ALICE}"), EMPTY),
    "what a server owns is lost": lambda redis, node: redis.delete(k(f"owned:{node}")),
    "a server owns what is no connection": lambda redis, node: redis.sadd(k(f"owned:{node}"), "nonsense"),
    "a server owns what it has not": lambda redis, node: redis.sadd(k(f"owned:{node}"), f"{EMPTY}|{NOBODY}|tab"),
    "a server is not among the servers": lambda redis, node: redis.zrem(k("nodes"), node),
    "an unknown server owns something": lambda redis, _: redis.sadd(k("owned:unknown"), f"{ROOM}|{NOBODY}|tab"),
    "who could become idle is not listed": lambda redis, _: redis.delete(k("inputs")),
}
UNSEEN: dict[str, Damage] = {
    "a connection is of a server that does not hold it": add_a_connection,
    "the state of somebody hidden is lost": lambda redis, _: redis.delete(k(f"state:{BOB}")),
}


@pytest.mark.parametrize("damage", [*DAMAGES, *UNSEEN])
async def test_damage_in_redis_is_repaired(process: Process, redis: Redis, damage: str) -> None:
    healthy = all_there_is(redis)

    (DAMAGES | UNSEEN)[damage](redis, process.tracker.node)

    await eventually(lambda: all_there_is(redis) == healthy)
    assert await contradictions() == []


@pytest.mark.parametrize("damage", DAMAGES)
async def test_damage_in_redis_is_found_by_verify(
    process: Process, redis: Redis, settings: Settings, damage: str
) -> None:
    assert await contradictions() == []
    await process.die()

    DAMAGES[damage](redis, process.tracker.node)

    assert await contradictions() != []


async def test_the_views_of_servers_follow_a_repair(process: Process, redis: Redis) -> None:
    await process.watch(ROOM)
    assert process.sees(ROOM) == {ALICE, CAROL}

    redis.srem(k(f"topic:{ROOM}"), ALICE)
    redis.sadd(k(f"topic:{ROOM}"), NOBODY)

    await eventually(lambda: NOBODY not in process.sees(ROOM) and present(redis) == {ALICE, CAROL})
    await eventually(lambda: process.sees(ROOM) == {ALICE, CAROL})


async def test_a_repair_changes_nothing_in_healthy_data(processes: Processes, process: Process, redis: Redis) -> None:
    other = processes()
    other.tracker.track(ROOM, ALICE, "telephone")
    await other.tracker.settled()
    await process.watch(ROOM)
    versions = {name: redis.get(name) for name in redis.scan_iter(k("version:*"))}
    healthy, diffs, before = all_there_is(redis), list(process.diffs), repairs(redis)

    await eventually(lambda: repairs(redis) >= before + 4)

    assert {name: redis.get(name) for name in redis.scan_iter(k("version:*"))} == versions
    assert (all_there_is(redis), process.diffs) == (healthy, diffs)


async def test_a_repair_does_not_remove_a_lingering_user(process: Process, redis: Redis, settings: Settings) -> None:
    settings.PRESENCE = {**settings.PRESENCE, "LINGER_MS": 60_000}
    process.tracker.drop(f"tab {ALICE}")
    await process.tracker.settled()
    before = repairs(redis)

    await eventually(lambda: repairs(redis) >= before + 3)

    assert present(redis) == {ALICE, CAROL}
    assert await contradictions() == []


@pytest.mark.parametrize(
    "key", [f"topic:{ROOM}", f"conns:{ROOM}:{ALICE}", f"topics:{ALICE}", f"version:{ROOM}", "owned:unknown"]
)
async def test_a_key_of_another_type_is_deleted_and_what_should_be_in_it_is_said_again(
    processes: Processes, redis: Redis, key: str
) -> None:
    redis.lpush(k(key), "nonsense")
    process = processes()
    process.tracker.track(ROOM, ALICE, "tab")
    process.tracker.track("here.8", BOB, "tab of bob")
    await process.tracker.settled()
    node = process.tracker.node
    assert present(redis, "here.8") == {BOB}

    await eventually(lambda: redis.type(k(key)) != "list" and present(redis) == {ALICE})
    await eventually(lambda: redis.smembers(k(f"topics:{ALICE}")) == {ROOM})
    assert process.tracker.node == node
    assert await contradictions() == []


@pytest.mark.parametrize("key", [*SINGLE, "node", "owned"])
async def test_a_server_goes_on_though_a_key_that_everything_needs_is_of_another_type(
    process: Process, redis: Redis, key: str
) -> None:
    await process.watch(ROOM)
    name = k(f"{key}:{process.tracker.node}" if key in ("node", "owned") else key)
    redis.delete(name)
    redis.set(name, "nonsense") if key in ("owned", "returning", "ended") else redis.sadd(name, "nonsense")
    wrong = redis.type(name)

    process.tracker.track(ROOM, NOBODY, "another tab")
    await eventually(lambda: NOBODY in present(redis) and redis.type(name) != wrong)
    await eventually(lambda: process.rosters.available and process.sees(ROOM) == {ALICE, CAROL, NOBODY})
    process.tracker.untrack(ROOM, NOBODY, "another tab")
    await eventually(lambda: process.sees(ROOM) == {ALICE, CAROL})
    deadline = asyncio.get_running_loop().time() + patience(15)
    while await contradictions():
        assert asyncio.get_running_loop().time() < deadline


async def test_a_user_whose_state_is_of_another_type_is_not_shown_until_it_is_deleted(
    processes: Processes, redis: Redis
) -> None:
    redis.lpush(k(f"state:{ALICE}"), "nonsense")
    process = processes()
    process.tracker.track(ROOM, ALICE, "tab")
    process.tracker.track(ROOM, BOB, "tab of bob")
    await process.tracker.settled()
    before = repairs(redis)
    await eventually(lambda: repairs(redis) >= before + 2)
    assert present(redis) == {BOB}
    assert await contradictions() == [f"state:{ALICE} is a list, which is a type that presence doesn’t use for it."]

    redis.delete(k(f"state:{ALICE}"))

    await eventually(lambda: present(redis) == {ALICE, BOB})
    assert await contradictions() == []


async def test_a_leave_that_failed_because_of_a_corrupt_key_is_done_by_the_repair(
    process: Process, redis: Redis
) -> None:
    connections = k(f"conns:{ROOM}:{ALICE}")
    redis.delete(connections)
    redis.lpush(connections, "nonsense")
    process.tracker.untrack(ROOM, ALICE, f"tab {ALICE}", linger=False)
    await process.tracker.settled()
    await eventually(lambda: present(redis) == {CAROL})


@pytest.mark.parametrize("key", ["repairing", "done"])
async def test_a_repair_works_though_its_own_keys_are_corrupt(process: Process, redis: Redis, key: str) -> None:
    redis.delete(k(key))
    redis.lpush(k(key), "nonsense")

    redis.sadd(k(f"topic:{ROOM}"), NOBODY)

    await eventually(lambda: present(redis) == {ALICE, CAROL})


async def test_damage_larger_than_a_batch_is_repaired(processes: Processes, redis: Redis) -> None:
    process = processes()
    people = range(2 * BATCH + 10)
    for user_id in people:
        process.tracker.track(ROOM, user_id, f"tab {user_id}")
    await process.tracker.settled()
    assert len(present(redis)) == len(people)

    redis.delete(k(f"topic:{ROOM}"))
    redis.sadd(k(f"topic:{EMPTY}"), *people)

    await eventually(lambda: present(redis) == set(people) and not present(redis, EMPTY))


async def test_connections_dropped_during_a_repair_do_not_come_back(processes: Processes, redis: Redis) -> None:
    process = processes()
    for user_id in range(2 * BATCH):
        process.tracker.track(ROOM, user_id, f"tab {user_id}")
    await process.tracker.settled()

    repair = asyncio.create_task(process.tracker._repairer.repair(process.tracker.node))
    await asyncio.sleep(0)  # the first batch is requested, and the second is not
    for user_id in range(2 * BATCH):
        process.tracker.untrack(ROOM, user_id, f"tab {user_id}", linger=False)
    await repair
    await process.tracker.settled()

    assert present(redis) == set()
    assert not redis.keys(k("conns:*"))
