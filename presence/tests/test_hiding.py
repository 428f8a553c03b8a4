"""Visibility of users who decide to hide: they stay visible for a linger, as if their last connection was lost."""

import asyncio
from collections.abc import Callable

import pytest
from pytest_django import Settings
from redis import Redis

from presence.operations import decide, join
from presence.report import verify
from presence.store import Store
from presence.tests.helpers.processes import Process
from presence.tests.helpers.valkey import Valkey
from presence.tests.helpers.waiting import eventually
from presence.tests.test_hidden import be_seen, hide, open_tab
from presence.tests.test_tracker import ALICE, BOB, ROOM, present
from presence.topics import AWAY, HIDDEN, ONLINE
from presence.tracker import Tracker
from presence.watched import Diff

CAROL = 3
OTHER_ROOM = "here.8"
VISIBLE = (ONLINE, AWAY, ROOM, OTHER_ROOM)
LONG = {"LINGER_MS": 60_000}

Processes = Callable[[], Process]
Trackers = Callable[[], Tracker]


@pytest.fixture
async def watcher(processes: Processes) -> Process:
    """A server that sees only visible users."""
    process = processes()
    for topic in VISIBLE:
        await process.watch(topic)
    return process


def end_linger(redis: Redis) -> None:
    """End every linger now, in one step: of lost connections, and of users who hide."""
    with redis.pipeline() as pipe:
        for name in ("{presence}:lingering", "{presence}:hiding"):
            for member in map(str, redis.zrange(name, 0, -1)):
                pipe.zadd(name, {member: 0})
        pipe.execute()


def dues(redis: Redis) -> tuple[float, float]:
    """Return the times (ms) at which Alice is hidden, and at which Bob, who lost his tab, leaves."""
    hiding = redis.zscore("{presence}:hiding", ALICE)
    lingering = redis.zscore("{presence}:lingering", f"{ONLINE}|{BOB}")
    assert hiding
    assert lingering
    return hiding, lingering


async def both_seen(watcher: Process, *others: Tracker) -> None:
    """Show Alice and Bob in the room."""
    open_tab(watcher.tracker, ALICE, "tab")
    open_tab(watcher.tracker, BOB, "tab of bob")
    await eventually(lambda: watcher.sees(ROOM) == watcher.sees(ONLINE) == {ALICE, BOB})
    for tracker in (watcher.tracker, *others):
        await tracker.settled()
    watcher.diffs.clear()


async def test_a_user_who_hides_and_one_who_lost_the_last_tab_leave_in_the_same_way(
    watcher: Process, redis: Redis, settings: Settings
) -> None:
    settings.PRESENCE = {**settings.PRESENCE, **LONG}
    await both_seen(watcher)
    hide(watcher.tracker, ALICE)
    watcher.tracker.drop("tab of bob")
    await watcher.tracker.settled()
    hiding, lingering = dues(redis)
    assert hiding == lingering
    assert present(redis) == present(redis, ONLINE) == {ALICE, BOB}
    assert present(redis, HIDDEN) == set()
    assert await asyncio.to_thread(verify) == []

    end_linger(redis)

    await eventually(lambda: len(watcher.diffs) == 2)
    gone = Diff(joined=frozenset(), left=frozenset({ALICE, BOB}))
    assert sorted(watcher.diffs) == [(ROOM, gone), (ONLINE, gone)]
    assert present(redis, HIDDEN) == {ALICE}


async def test_a_user_who_changes_their_mind_within_the_linger_changes_nothing(watcher: Process, redis: Redis) -> None:
    await both_seen(watcher)
    numbers = [redis.get(f"{{presence}}:version:{topic}") for topic in VISIBLE]
    hide(watcher.tracker, ALICE)
    await watcher.tracker.settled()
    be_seen(watcher.tracker, ALICE)
    await watcher.tracker.settled()

    watcher.tracker.drop("tab of bob")
    await eventually(lambda: watcher.sees(ROOM) == {ALICE})

    assert watcher.left(ROOM) == watcher.left(ONLINE) == [BOB]
    assert numbers[1::2] == [redis.get(f"{{presence}}:version:{topic}") for topic in VISIBLE[1::2]]
    assert not redis.exists("{presence}:hiding")


@pytest.mark.parametrize("servers", [1, 2])
async def test_only_the_first_of_several_decisions_to_hide_begins_the_linger(
    watcher: Process, processes: Processes, redis: Redis, settings: Settings, servers: int
) -> None:
    settings.PRESENCE = {**settings.PRESENCE, **LONG}
    await both_seen(watcher)
    watcher.tracker.set_state(ALICE, hidden=True, away=False, version=1)
    await watcher.tracker.settled()
    due = redis.zscore("{presence}:hiding", ALICE)

    other = watcher if servers == 1 else processes()
    for version in (1, 2):
        other.tracker.set_state(ALICE, hidden=True, away=version == 2, version=version)
        open_tab(other.tracker, ALICE, f"tab {version}")
    await other.tracker.settled()

    assert redis.zscore("{presence}:hiding", ALICE) == due
    assert watcher.diffs == []


async def test_nothing_that_a_user_does_between_the_decision_and_the_end_of_the_linger_is_seen(
    watcher: Process, redis: Redis, settings: Settings
) -> None:
    settings.PRESENCE = {**settings.PRESENCE, **LONG, "AWAY_MS": 300}
    await both_seen(watcher)
    await eventually(lambda: watcher.sees(AWAY) == {ALICE, BOB})
    watcher.diffs.clear()
    tracker = watcher.tracker
    tracker.touch(BOB)  # like any visible user
    await eventually(lambda: watcher.left(AWAY) == [BOB])
    await eventually(lambda: watcher.sees(AWAY) == {ALICE, BOB})
    watcher.diffs.clear()

    hide(tracker, ALICE)
    tracker.touch(ALICE)
    tracker.untrack(ROOM, ALICE, "tab", linger=False)
    open_tab(tracker, ALICE, "another tab", ONLINE, OTHER_ROOM)
    tracker.drop("tab")
    open_tab(tracker, ALICE, "tab, reloaded")
    tracker.untrack(ROOM, ALICE, "tab, reloaded", linger=False)
    await tracker.settled()
    open_tab(tracker, CAROL, "tab of carol", *VISIBLE[::2], OTHER_ROOM)  # her arrival is seen after all earlier changes
    await eventually(lambda: CAROL in watcher.sees(ONLINE) & watcher.sees(ROOM) & watcher.sees(OTHER_ROOM))
    assert all({ALICE, BOB}.isdisjoint(diff.joined | diff.left) for _, diff in watcher.diffs)
    assert await asyncio.to_thread(verify) == []

    end_linger(redis)

    await eventually(lambda: present(redis, HIDDEN) == {ALICE})
    await eventually(lambda: watcher.left(ROOM) == watcher.left(ONLINE) == [ALICE])
    assert watcher.left(OTHER_ROOM) == []
    assert await asyncio.to_thread(verify) == []
    tracker.touch(ALICE)
    be_seen(tracker, ALICE)
    await eventually(lambda: ALICE in watcher.sees(ONLINE) & watcher.sees(OTHER_ROOM))
    assert ALICE not in watcher.sees(ROOM)


async def test_a_user_who_is_away_by_hand_is_seen_so_until_they_are_hidden(watcher: Process, redis: Redis) -> None:
    watcher.tracker.set_state(ALICE, hidden=False, away=True)
    await both_seen(watcher)
    await eventually(lambda: watcher.sees(AWAY) == {ALICE})
    watcher.diffs.clear()

    hide(watcher.tracker, ALICE)

    await eventually(lambda: watcher.sees(ROOM) == watcher.sees(ONLINE) == {BOB})
    await eventually(lambda: watcher.sees(AWAY) == set())
    assert [diff.joined for _, diff in watcher.diffs] == [frozenset()] * 3


async def test_a_user_who_does_something_that_others_see_is_seen_for_a_whole_linger_after_it(
    watcher: Process, redis: Redis, settings: Settings
) -> None:
    settings.PRESENCE = {**settings.PRESENCE, **LONG}
    await both_seen(watcher)
    hide(watcher.tracker, ALICE)
    await watcher.tracker.settled()
    decided = redis.zscore("{presence}:hiding", ALICE) or 0
    watcher.tracker.act(ALICE)
    watcher.tracker.drop("tab of bob")
    await watcher.tracker.settled()
    hiding, lingering = dues(redis)
    assert hiding == lingering >= decided

    end_linger(redis)
    await eventually(lambda: watcher.sees(ONLINE) == set())
    watcher.tracker.act(ALICE)
    await watcher.tracker.settled()
    assert not redis.exists("{presence}:hiding")


async def test_an_expelled_user_leaves_the_topic_at_once_though_they_hide(
    watcher: Process, redis: Redis, settings: Settings
) -> None:
    settings.PRESENCE = {**settings.PRESENCE, **LONG}
    await both_seen(watcher)
    hide(watcher.tracker, ALICE)
    watcher.tracker.drop("tab of bob")
    await watcher.tracker.settled()
    assert present(redis) == {ALICE, BOB}

    watcher.tracker.untrack(ROOM, ALICE, "tab", linger=False)
    for user in (ALICE, BOB):
        watcher.tracker.expel(ROOM, user)

    await eventually(lambda: watcher.sees(ROOM) == set())
    assert watcher.sees(ONLINE) == {ALICE, BOB}


async def test_a_server_that_ends_meanwhile_neither_shortens_nor_lengthens_the_linger(
    watcher: Process, processes: Processes, redis: Redis, settings: Settings
) -> None:
    settings.PRESENCE = {**settings.PRESENCE, **LONG}
    ending = processes()
    open_tab(ending.tracker, ALICE, "tab")
    open_tab(ending.tracker, BOB, "tab of bob")
    await eventually(lambda: watcher.sees(ROOM) == watcher.sees(ONLINE) == {ALICE, BOB})
    hide(ending.tracker, ALICE)
    ending.tracker.drop("tab of bob")
    await ending.tracker.settled()
    before = dues(redis)

    await ending.tracker.stop(linger_ms=120_000)
    hide(watcher.tracker, ALICE)
    open_tab(watcher.tracker, ALICE, "tab, reconnected")
    await watcher.tracker.settled()
    assert dues(redis) == before
    assert watcher.left(ROOM) == watcher.left(ONLINE) == []

    end_linger(redis)
    await eventually(lambda: watcher.sees(ROOM) == watcher.sees(ONLINE) == set())
    assert present(redis, HIDDEN) == {ALICE}


async def test_a_decision_that_redis_could_not_hear_lingers_for_what_is_left_of_the_linger(
    watcher: Process, valkey: Valkey, redis: Redis
) -> None:
    await both_seen(watcher)
    valkey.pause()
    try:
        await eventually(lambda: not watcher.tracker.available)
        hide(watcher.tracker, ALICE)
        watcher.tracker.drop("tab of bob")
        await asyncio.sleep(0.5)  # longer than a linger
    finally:
        valkey.go_on()

    await eventually(lambda: watcher.rosters.available)
    assert watcher.sees(ROOM) == watcher.sees(ONLINE) == set()
    assert not redis.exists("{presence}:hiding")


async def test_a_user_of_whom_redis_lost_that_they_hide_is_hidden_at_once(redis: Redis) -> None:
    store = Store()
    await store.take_lease("node", 60_000)
    await store.apply("node", [join(ROOM, ALICE, "tab")])
    assert present(redis) == {ALICE}

    await store.apply("node", [decide(ALICE, hidden=True, away=False, version=0, linger_ms=0, is_news=True)])

    assert present(redis) == set()
    await store.close()


async def test_a_user_who_is_overdue_to_be_hidden_is_named_and_one_who_does_not_hide_too(
    trackers: Trackers, redis: Redis
) -> None:
    tracker = trackers()
    open_tab(tracker, ALICE, "tab")
    open_tab(tracker, BOB, "tab of bob")
    hide(tracker, ALICE)
    await tracker.settled()
    await tracker.stop()
    redis.zadd("{presence}:hiding", {str(ALICE): 1, str(BOB): 10**15})

    found = {str(contradiction) for contradiction in await asyncio.to_thread(verify)}

    assert "hiding has 1, which a sweep should have removed." in found
    assert "hiding has 2, which doesn’t match its state." in found


async def test_a_lost_connection_lingers_though_another_leaves_for_certain(
    watcher: Process, redis: Redis, settings: Settings
) -> None:
    settings.PRESENCE = {**settings.PRESENCE, **LONG}
    tracker = watcher.tracker
    for connection in ("tab", "another tab"):
        open_tab(tracker, ALICE, connection)
    open_tab(tracker, BOB, "tab of bob")
    await eventually(lambda: watcher.sees(ROOM) == {ALICE, BOB})

    tracker.drop("another tab")  # about to be reloaded
    for user, connection in ((ALICE, "tab"), (BOB, "tab of bob")):
        tracker.untrack(ROOM, user, connection, linger=False)
    await eventually(lambda: watcher.sees(ROOM) == {ALICE})
    open_tab(tracker, ALICE, "another tab, reloaded")
    await tracker.settled()
    assert watcher.left(ROOM) == [BOB]

    tracker.untrack(ROOM, ALICE, "another tab, reloaded", linger=False)
    await eventually(lambda: watcher.sees(ROOM) == set())
