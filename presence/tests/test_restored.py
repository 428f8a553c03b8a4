"""Redis comes back in an older state: after a restore, or as a replica that was behind."""

from collections.abc import Callable

import pytest
from redis import Redis

from presence.errors import LostData
from presence.operations import join, leave
from presence.store import Store
from presence.tests.helpers.processes import Process
from presence.tests.helpers.valkey import Valkey
from presence.tests.helpers.waiting import eventually
from presence.tests.test_tracker import ALICE, BOB, ROOM, present
from testing.backups import back_up, restore

CAROL, DAVE = 3, 4

Processes = Callable[[], Process]


@pytest.mark.parametrize("is_restarted", [True, False], ids=["restarted", "restored while it runs"])
async def test_views_are_right_though_redis_came_back_older_and_saw_as_many_changes_as_it_lost(
    processes: Processes, valkey: Valkey, redis: Redis, is_restarted: bool
) -> None:
    here, there = processes(), processes()
    for process in (here, there):
        await process.watch(ROOM)
    here.tracker.track(ROOM, ALICE, "tab")
    there.tracker.track(ROOM, DAVE, "tab of dave")
    await eventually(lambda: here.sees(ROOM) == there.sees(ROOM) == {ALICE, DAVE})
    backup, epoch = back_up(redis), redis.get("{presence}:epoch")
    there.tracker.track(ROOM, BOB, "tab of bob")
    await eventually(lambda: here.sees(ROOM) == there.sees(ROOM) == {ALICE, BOB, DAVE})
    there.tracker.untrack(ROOM, DAVE, "tab of dave", linger=False)
    await eventually(lambda: here.sees(ROOM) == there.sees(ROOM) == {ALICE, BOB})

    if is_restarted:
        valkey.kill()
        valkey.start()
    restore(redis, backup)
    here.tracker.track(ROOM, CAROL, "tab of carol")
    await here.tracker.settled()

    await eventually(
        lambda: (
            redis.get("{presence}:epoch") != epoch
            and here.rosters.available
            and there.rosters.available
            and here.sees(ROOM) == there.sees(ROOM) == present(redis) == {ALICE, BOB, CAROL}
        )
    )


async def test_a_number_does_not_come_twice_though_redis_came_back_older(redis: Redis) -> None:
    store = Store()
    await store.take_lease("node", 60_000)
    await store.apply("node", [join(ROOM, ALICE, "tab")])
    backup, numbers = back_up(redis), []
    for _ in range(2):
        restore(redis, backup)
        other = Store()  # the store of a process that has seen no data yet
        await other.take_lease("other", 60_000)
        outcome = await other.apply("other", [join(ROOM, BOB, "tab of bob")])
        numbers += [(change.epoch, change.since, change.version) for change in outcome.changes]
        await other.close()

    assert [number[:2] for number in numbers] == [numbers[0][:2]] * 2
    assert numbers[0] < numbers[1]
    await store.close()


async def test_a_server_is_refused_once_redis_has_lost_what_it_wrote(redis: Redis) -> None:
    store = Store()
    await store.take_lease("node", 60_000)
    backup, epoch = back_up(redis), redis.get("{presence}:epoch")
    await store.apply("node", [join(ROOM, ALICE, "tab")])

    restore(redis, backup)
    with pytest.raises(LostData):
        await store.apply("node", [leave(ROOM, ALICE, "tab", 0)])
    with pytest.raises(LostData):
        await store.renew_lease("node", 60_000)

    await store.take_lease("another node", 60_000)
    assert redis.get("{presence}:epoch") != epoch
    await store.apply("another node", [join(ROOM, ALICE, "tab")])
    assert present(redis) == {ALICE}
    await store.close()
