from collections.abc import Callable

from redis import Redis

from presence.store import BATCH
from presence.tests.helpers.processes import Process
from presence.tests.helpers.waiting import eventually
from presence.topics import ONLINE
from presence.tracker import Tracker, get_tracker

ALICE, BOB = 1, 2
ROOM = "here.7"

Processes = Callable[[], Process]
Trackers = Callable[[], Tracker]


def present(redis: Redis, topic: str = ROOM) -> set[int]:
    return set(map(int, redis.smembers(f"{{presence}}:topic:{topic}")))


async def test_a_user_joins_by_opening_a_tab_and_leaves_by_closing_it(processes: Processes, redis: Redis) -> None:
    process = processes()
    await process.watch(ROOM)

    process.tracker.track(ROOM, ALICE, "tab")
    await eventually(lambda: process.sees(ROOM) == {ALICE})
    assert present(redis) == {ALICE}

    process.tracker.drop("tab")
    await eventually(lambda: process.sees(ROOM) == set())
    assert present(redis) == set()


async def test_a_join_and_a_leave_are_seen_on_another_server(processes: Processes) -> None:
    here, there = processes(), processes()
    await there.watch(ROOM)

    here.tracker.track(ROOM, ALICE, "tab")
    await eventually(lambda: there.sees(ROOM) == {ALICE})

    here.tracker.drop("tab")
    await eventually(lambda: there.sees(ROOM) == set())
    assert (there.joined(ROOM), there.left(ROOM)) == ([ALICE], [ALICE])


async def test_with_five_tabs_on_two_servers_closing_four_changes_nothing(processes: Processes) -> None:
    one, two = processes(), processes()
    await one.watch(ROOM)
    for tab in ("a", "b", "c"):
        one.tracker.track(ROOM, ALICE, tab)
    for tab in ("d", "e"):
        two.tracker.track(ROOM, ALICE, tab)
    one.tracker.track(ROOM, BOB, "bob")
    await eventually(lambda: one.sees(ROOM) == {ALICE, BOB})
    await two.tracker.settled()

    for tab in ("a", "b", "c"):
        one.tracker.drop(tab)
    two.tracker.drop("d")
    await two.tracker.settled()
    one.tracker.drop("bob")
    await eventually(lambda: one.left(ROOM) == [BOB])  # his linger ends after hers would
    assert one.sees(ROOM) == {ALICE}

    two.tracker.drop("e")
    await eventually(lambda: one.sees(ROOM) == set())


async def test_a_reload_within_the_linger_is_neither_a_leave_nor_a_join(processes: Processes) -> None:
    process = processes()
    await process.watch(ROOM)
    process.tracker.track(ROOM, ALICE, "tab")
    process.tracker.track(ROOM, BOB, "bob")
    await eventually(lambda: process.sees(ROOM) == {ALICE, BOB})

    process.tracker.drop("tab")
    await process.tracker.settled()
    process.tracker.drop("bob")
    process.tracker.track(ROOM, ALICE, "tab, reloaded")
    await eventually(lambda: process.left(ROOM) == [BOB])

    assert process.sees(ROOM) == {ALICE}
    assert sorted(process.joined(ROOM)) == [ALICE, BOB]


async def test_a_user_who_reloads_on_another_server_does_not_leave(processes: Processes) -> None:
    one, two = processes(), processes()
    await one.watch(ROOM)
    one.tracker.track(ROOM, ALICE, "tab")
    one.tracker.track(ROOM, BOB, "bob")
    await eventually(lambda: one.sees(ROOM) == {ALICE, BOB})

    one.tracker.drop("tab")
    await one.tracker.settled()
    two.tracker.track(ROOM, ALICE, "tab, reloaded")
    await two.tracker.settled()
    one.tracker.drop("bob")
    await eventually(lambda: one.left(ROOM) == [BOB])

    assert one.sees(ROOM) == {ALICE}


async def test_without_linger_a_leave_counts_at_once(trackers: Trackers, redis: Redis) -> None:
    tracker = trackers()
    tracker.track(ROOM, ALICE, "tab")
    await tracker.settled()
    assert present(redis) == {ALICE}

    tracker.untrack(ROOM, ALICE, "tab", linger=False)
    await tracker.settled()
    assert present(redis) == set()


async def test_a_repeated_join_or_leave_changes_nothing(trackers: Trackers, redis: Redis) -> None:
    tracker = trackers()
    tracker.track(ROOM, ALICE, "tab")
    tracker.track(ROOM, ALICE, "tab")
    await tracker.settled()
    version = redis.get(f"{{presence}}:version:{ROOM}")
    tracker.track(ROOM, ALICE, "tab")
    tracker.untrack(ROOM, BOB, "tab")
    await tracker.settled()
    assert redis.get(f"{{presence}}:version:{ROOM}") == version

    tracker.untrack(ROOM, ALICE, "tab", linger=False)
    tracker.untrack(ROOM, ALICE, "tab", linger=False)
    await tracker.settled()
    assert present(redis) == set()


async def test_a_tab_that_goes_to_another_room_leaves_the_first(processes: Processes) -> None:
    process = processes()
    await process.watch(ROOM)
    await process.watch("here.8")
    process.tracker.track(ROOM, ALICE, "tab")
    await eventually(lambda: process.sees(ROOM) == {ALICE})

    process.tracker.untrack(ROOM, ALICE, "tab", linger=False)
    process.tracker.track("here.8", ALICE, "tab")

    await eventually(lambda: (process.sees(ROOM), process.sees("here.8")) == (set(), {ALICE}))


async def test_a_closed_connection_cannot_join_late(trackers: Trackers, redis: Redis) -> None:
    tracker = trackers()
    tracker.drop("tab")
    tracker.track(ROOM, ALICE, "tab")
    tracker.track(ROOM, BOB, "another tab")
    await tracker.settled()

    assert present(redis) == {BOB}


async def test_operations_of_a_connection_are_applied_in_order(trackers: Trackers, redis: Redis) -> None:
    tracker = trackers()
    for _ in range(50):
        tracker.track(ROOM, ALICE, "tab")
        tracker.untrack(ROOM, ALICE, "tab", linger=False)
    tracker.track(ROOM, ALICE, "tab")
    await tracker.settled()

    assert present(redis) == {ALICE}


async def test_a_user_who_is_tracked_before_the_start_is_present_after_it(redis: Redis) -> None:
    tracker = Tracker()
    await tracker.settled()  # returns at once
    tracker.track(ROOM, ALICE, "tab")
    assert present(redis) == set()

    tracker.start()
    tracker.start()
    await tracker.settled()
    assert present(redis) == {ALICE}
    await tracker.stop(linger_ms=0)


async def test_a_tracker_that_stops_leaves_nothing_behind(trackers: Trackers, redis: Redis) -> None:
    tracker = trackers()
    tracker.track(ROOM, ALICE, "tab")
    tracker.track(ONLINE, ALICE, "tab")
    await tracker.settled()
    assert present(redis) == present(redis, ONLINE) == {ALICE}

    await tracker.stop(linger_ms=0)

    assert present(redis) == present(redis, ONLINE) == set()
    assert not redis.keys("{presence}:node*")
    assert not redis.keys("{presence}:owned*")
    assert not redis.keys("{presence}:conns*")


async def test_a_server_restart_within_the_linger_is_neither_a_leave_nor_a_join(processes: Processes) -> None:
    old, witness = processes(), processes()
    await witness.watch(ROOM)
    old.tracker.track(ROOM, ALICE, "tab")
    witness.tracker.track(ROOM, BOB, "bob")
    await eventually(lambda: witness.sees(ROOM) == {ALICE, BOB})

    await old.tracker.stop(linger_ms=60_000)
    witness.tracker.drop("bob")
    await eventually(lambda: witness.left(ROOM) == [BOB])
    new = processes()
    new.tracker.track(ROOM, ALICE, "tab, reconnected")
    await new.tracker.settled()

    assert witness.sees(ROOM) == {ALICE}
    assert sorted(witness.joined(ROOM)) == [ALICE, BOB]


async def test_a_thousand_users_who_join_at_once_take_few_versions(processes: Processes) -> None:
    here, there = processes(), processes()
    await there.watch(ROOM)
    await here.tracker.settled()

    for user_id in range(1, 1_001):
        here.tracker.track(ROOM, user_id, f"tab {user_id}")

    await eventually(lambda: len(there.sees(ROOM)) == 1_000)
    assert len(there.diffs) <= 2 * 1_000 / BATCH
    assert len(there.joined(ROOM)) == 1_000


async def test_a_loop_has_one_tracker() -> None:
    assert get_tracker() is get_tracker()
