"""Redis answers reads and accepts no writes: a replica, full memory, a disk that failed."""

import asyncio
from collections.abc import Callable

import pytest
from pytest_django import Settings
from redis import Redis

from presence.conf import DEFAULTS, conf
from presence.errors import PresenceUnavailable
from presence.operations import join
from presence.reads import acount, count, snapshot
from presence.report import report, verify
from presence.store import Store
from presence.tests.helpers.processes import Process
from presence.tests.helpers.waiting import eventually
from presence.tests.test_tracker import ALICE, BOB, ROOM, present
from testing.machine import patience
from testing.read_only import WAYS, read_only

CAROL = 3

Processes = Callable[[], Process]

pytestmark = pytest.mark.usefixtures("reading")


@pytest.mark.parametrize("way", WAYS)
async def test_views_are_unavailable_while_redis_takes_no_writes_and_right_once_they_are_available_again(
    processes: Processes, redis: Redis, way: str
) -> None:
    here, there = processes(), processes()
    for process in (here, there):
        await process.watch(ROOM)
    here.tracker.track(ROOM, ALICE, "tab")
    there.tracker.track(ROOM, BOB, "tab of bob")
    await eventually(lambda: here.sees(ROOM) == there.sees(ROOM) == {ALICE, BOB})
    views: list[set[int]] = []
    for process in (here, there):
        process.rosters._on_available = lambda available, process=process: views.append(  # type: ignore[misc]
            process.sees(ROOM) if available else set()
        )

    with read_only(redis, way):
        await eventually(lambda: not here.rosters.available and not there.rosters.available)
        there.tracker.drop("tab of bob")
        here.tracker.track(ROOM, CAROL, "tab of carol")
        with pytest.raises(PresenceUnavailable):
            count([ROOM])
        with pytest.raises(PresenceUnavailable):
            await acount([ROOM])
        with pytest.raises(PresenceUnavailable):
            await snapshot(ROOM)
        await asyncio.sleep(2)  # longer than a lease
        assert views == [set(), set()]
    began = asyncio.get_running_loop().time()
    await eventually(lambda: here.rosters.available and there.rosters.available)

    assert asyncio.get_running_loop().time() - began < patience(2)
    assert views == [set(), set(), {ALICE, CAROL}, {ALICE, CAROL}]
    assert present(redis) == {ALICE, CAROL}
    assert count([ROOM]) == await acount([ROOM]) == [2]


@pytest.mark.alone
async def test_views_are_right_within_a_second_after_redis_takes_writes_again(
    processes: Processes, redis: Redis, settings: Settings
) -> None:
    settings.PRESENCE = DEFAULTS | {"REDIS_URL": settings.PRESENCE["REDIS_URL"], "LEASE_MS": 3_000}
    servers = [processes() for _ in range(4)]
    for number, server in enumerate(servers):
        await server.watch(ROOM)
        server.tracker.track(ROOM, number, "tab")
    everyone = set(range(4))
    await eventually(lambda: all(server.sees(ROOM) == everyone for server in servers))

    with read_only(redis, "a read-only replica"):
        await eventually(lambda: not any(server.rosters.available for server in servers))
        servers[0].tracker.drop("tab")  # reconnects to another server
        servers[1].tracker.track(ROOM, 0, "tab, reconnected")
        await asyncio.sleep(2)  # longer than half a lease
    began = asyncio.get_running_loop().time()
    await eventually(lambda: all(server.rosters.available for server in servers))

    assert asyncio.get_running_loop().time() - began < patience(1)
    assert all(server.sees(ROOM) == everyone for server in servers)
    assert all(server.left(ROOM) == [] for server in servers)
    assert not redis.exists("{presence}:unsettled", "{presence}:returning", "{presence}:ended")


async def test_a_server_that_does_not_come_back_is_awaited_for_as_long_as_servers_may_need(
    processes: Processes, redis: Redis, settings: Settings
) -> None:
    settings.PRESENCE = {**settings.PRESENCE, "LINGER_MS": 60_000}
    process, dead = processes(), processes()
    await process.watch(ROOM)
    process.tracker.track(ROOM, ALICE, "tab")
    dead.tracker.track(ROOM, BOB, "tab of bob")
    await eventually(lambda: process.sees(ROOM) == {ALICE, BOB})
    with read_only(redis, "a read-only replica"):
        await eventually(lambda: process.tracker.in_trouble)
        await dead.die()
        await asyncio.sleep(1)  # longer than half a lease
    began = asyncio.get_running_loop().time()
    await eventually(lambda: process.tracker.available)
    assert redis.exists("{presence}:returning")

    await eventually(lambda: process.rosters.available)

    assert asyncio.get_running_loop().time() - began >= conf().settle_ms / 1000
    await eventually(lambda: process.sees(ROOM) == {ALICE})


@pytest.mark.parametrize("way", WAYS)
async def test_operators_can_look_while_redis_takes_no_writes(processes: Processes, redis: Redis, way: str) -> None:
    process = processes()
    process.tracker.track(ROOM, ALICE, "tab")
    await process.tracker.settled()

    with read_only(redis, way):
        assert (await asyncio.to_thread(report)).topics == {ROOM: 1}
        assert await asyncio.to_thread(verify) == []


async def test_a_batch_is_refused_whole_where_memory_is_full(redis: Redis) -> None:
    store = Store()
    await store.take_lease("node", 60_000)
    await store.apply("node", [join(ROOM, ALICE, "tab")])

    with read_only(redis, "full memory"), pytest.raises(PresenceUnavailable, match="maxmemory"):
        await store.apply("node", [("leave", ROOM, str(ALICE), "tab", 60_000), join(ROOM, BOB, "tab of bob")])

    assert present(redis) == {ALICE}
    assert redis.keys("{presence}:conns:*") == [f"{{presence}}:conns:{ROOM}:{ALICE}"]
    await store.close()


async def test_reads_are_unavailable_where_no_server_sweeps(processes: Processes, redis: Redis) -> None:
    process = processes()
    process.tracker.track(ROOM, ALICE, "tab")
    await process.tracker.settled()
    assert count([ROOM]) == [1]

    await process.die()

    def is_unavailable() -> bool:
        try:
            return count([ROOM]) != [1]
        except PresenceUnavailable:
            return True

    await eventually(is_unavailable)


@pytest.mark.parametrize("closes", ["just before the outage", "during the outage"])
async def test_a_tab_that_closes_lingers_for_its_whole_time_though_redis_takes_no_writes_meanwhile(
    processes: Processes, redis: Redis, settings: Settings, closes: str
) -> None:
    settings.PRESENCE = {**settings.PRESENCE, "LINGER_MS": 60_000}
    process, other = processes(), processes()
    await other.watch(ROOM)
    process.tracker.track(ROOM, ALICE, "tab")
    await eventually(lambda: other.sees(ROOM) == {ALICE})

    with read_only(redis, "a read-only replica"):
        if closes == "during the outage":
            await eventually(lambda: not process.tracker.available)
        process.tracker.drop("tab")
        await eventually(lambda: process.tracker.in_trouble and other.tracker.in_trouble)
    await eventually(lambda: not process.tracker.in_trouble and other.rosters.available)

    assert (other.sees(ROOM), other.left(ROOM)) == ({ALICE}, [])
    assert redis.zrange("{presence}:lingering", 0, -1) == [f"{ROOM}|{ALICE}"]
    process.tracker.track(ROOM, ALICE, "tab, reloaded")
    await process.tracker.settled()
    assert redis.zrange("{presence}:lingering", 0, -1) == []
