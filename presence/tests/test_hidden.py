"""Users who hide, and users who say that they are away."""

from collections.abc import Callable

import pytest
from pytest_django import Settings
from redis import Redis

from presence.tests.helpers.processes import Process
from presence.tests.helpers.valkey import Valkey
from presence.tests.helpers.waiting import eventually
from presence.tests.test_tracker import ALICE, BOB, ROOM, present
from presence.topics import AWAY, HIDDEN, ONLINE
from presence.tracker import Tracker

Processes = Callable[[], Process]
Trackers = Callable[[], Tracker]


@pytest.fixture
async def process(processes: Processes) -> Process:
    process = processes()
    for topic in (ROOM, ONLINE, AWAY, HIDDEN):
        await process.watch(topic)
    return process


def open_tab(tracker: Tracker, user_id: int, connection: str, *topics: str) -> None:
    for topic in topics or (ONLINE, ROOM):
        tracker.track(topic, user_id, connection)


def hide(tracker: Tracker, user_id: int) -> None:
    tracker.set_state(user_id, hidden=True, away=False)


def be_seen(tracker: Tracker, user_id: int) -> None:
    tracker.set_state(user_id, hidden=False, away=False)


async def test_a_user_who_hides_leaves_every_topic_after_a_linger_and_comes_back_to_all(process: Process) -> None:
    open_tab(process.tracker, ALICE, "tab")
    await eventually(lambda: process.sees(ROOM) == process.sees(ONLINE) == {ALICE})

    hide(process.tracker, ALICE)
    await eventually(lambda: process.sees(HIDDEN) == {ALICE})
    await eventually(lambda: process.sees(ROOM) == process.sees(ONLINE) == set())

    be_seen(process.tracker, ALICE)
    await eventually(lambda: process.sees(ROOM) == process.sees(ONLINE) == {ALICE})
    await eventually(lambda: process.sees(HIDDEN) == set())


async def test_a_user_who_connects_hidden_is_never_seen_on_any_topic(process: Process, redis: Redis) -> None:
    hide(process.tracker, ALICE)
    open_tab(process.tracker, ALICE, "tab")
    open_tab(process.tracker, BOB, "tab of bob")
    await eventually(lambda: process.sees(ROOM) == process.sees(ONLINE) == {BOB})
    await eventually(lambda: process.sees(HIDDEN) == {ALICE})

    open_tab(process.tracker, ALICE, "another tab", ONLINE, "here.8")
    await process.tracker.settled()

    assert present(redis, "here.8") == set()
    assert not redis.exists("{presence}:version:here.8")
    assert ALICE not in [*process.joined(ROOM), *process.joined(ONLINE), *process.joined(AWAY)]


async def test_a_user_who_hides_on_one_server_is_hidden_on_all(processes: Processes, process: Process) -> None:
    other = processes()
    open_tab(other.tracker, ALICE, "telephone")
    open_tab(process.tracker, ALICE, "tab")
    await eventually(lambda: process.sees(ROOM) == {ALICE})
    await other.tracker.settled()

    hide(other.tracker, ALICE)
    await eventually(lambda: process.sees(HIDDEN) == {ALICE} and process.sees(ROOM) == set())

    open_tab(process.tracker, ALICE, "another tab")
    open_tab(process.tracker, BOB, "tab of bob")
    await eventually(lambda: process.sees(ROOM) == {BOB})


async def test_a_hidden_user_who_closes_the_last_tab_lingers_as_others_do(process: Process, redis: Redis) -> None:
    hide(process.tracker, ALICE)
    open_tab(process.tracker, ALICE, "tab")
    await eventually(lambda: process.sees(HIDDEN) == {ALICE})

    process.tracker.drop("tab")
    await process.tracker.settled()
    assert present(redis, HIDDEN) == {ALICE}
    await eventually(lambda: process.sees(HIDDEN) == set())

    assert not redis.keys("{presence}:topics:*")
    be_seen(process.tracker, ALICE)
    await process.tracker.settled()
    assert present(redis, ONLINE) == present(redis, ROOM) == set()


async def test_the_hidden_people_of_a_dead_server_are_swept(processes: Processes, process: Process) -> None:
    dead = processes()
    hide(dead.tracker, ALICE)
    open_tab(dead.tracker, ALICE, "tab")
    await eventually(lambda: process.sees(HIDDEN) == {ALICE})

    await dead.die()

    await eventually(lambda: process.sees(HIDDEN) == set())
    assert ALICE not in process.joined(ONLINE)


async def test_a_hidden_user_is_never_shown_as_away(process: Process, settings: Settings) -> None:
    settings.PRESENCE = {**settings.PRESENCE, "AWAY_MS": 300}
    process.tracker.set_state(ALICE, hidden=True, away=True)
    open_tab(process.tracker, ALICE, "tab")
    hide(process.tracker, 3)
    open_tab(process.tracker, 3, "tab of a third")
    open_tab(process.tracker, BOB, "tab of bob")

    await eventually(lambda: process.sees(AWAY) == {BOB})
    process.tracker.touch(3)
    await process.tracker.settled()
    assert process.joined(AWAY) == [BOB]

    be_seen(process.tracker, 3)
    await eventually(lambda: 3 in process.sees(ONLINE))
    assert 3 not in process.sees(AWAY)  # the input counted, though no view showed it
    process.tracker.set_state(ALICE, hidden=False, away=True)
    await eventually(lambda: ALICE in process.sees(ONLINE) & process.sees(AWAY))


async def test_a_user_who_chose_to_be_away_stays_away_until_they_take_it_back(process: Process) -> None:
    open_tab(process.tracker, ALICE, "tab")
    await eventually(lambda: process.sees(ONLINE) == {ALICE})

    process.tracker.set_state(ALICE, hidden=False, away=True)
    await eventually(lambda: process.sees(AWAY) == {ALICE})
    process.tracker.touch(ALICE)
    process.tracker.drop("tab")
    open_tab(process.tracker, ALICE, "tab, reloaded")
    await process.tracker.settled()
    process.tracker.set_state(BOB, hidden=False, away=True)
    open_tab(process.tracker, BOB, "tab of bob")
    await eventually(lambda: process.sees(AWAY) == {ALICE, BOB})
    assert process.left(AWAY) == []

    be_seen(process.tracker, ALICE)
    await eventually(lambda: process.sees(AWAY) == {BOB})


async def test_a_user_who_takes_back_being_away_counts_as_active(process: Process, settings: Settings) -> None:
    settings.PRESENCE = {**settings.PRESENCE, "AWAY_MS": 300}
    process.tracker.set_state(ALICE, hidden=False, away=True)
    open_tab(process.tracker, ALICE, "tab")
    open_tab(process.tracker, BOB, "tab of bob")
    await eventually(lambda: process.sees(AWAY) == {ALICE, BOB})

    be_seen(process.tracker, ALICE)

    await eventually(lambda: process.left(AWAY) == [ALICE])


async def test_a_hidden_user_is_not_seen_after_redis_was_emptied(processes: Processes, redis: Redis) -> None:
    one, two = processes(), processes()
    for process in (one, two):
        hide(process.tracker, ALICE)
        process.tracker.set_state(BOB, hidden=False, away=True)
        open_tab(process.tracker, ALICE, "tab")
        open_tab(process.tracker, BOB, "tab of bob")
        await process.tracker.settled()
    assert present(redis, HIDDEN) == {ALICE}
    nodes = {one.tracker.node, two.tracker.node}

    redis.flushall()
    for topic in (ONLINE, ROOM):
        await one.watch(topic)

    await eventually(lambda: present(redis, HIDDEN) == {ALICE} and present(redis, AWAY) == {BOB})
    await eventually(lambda: not nodes & {one.tracker.node, two.tracker.node})
    await eventually(lambda: one.sees(ONLINE) == one.sees(ROOM) == {BOB})
    assert ALICE not in [*one.joined(ONLINE), *one.joined(ROOM)]


async def test_a_decision_made_while_redis_is_away_counts_on_its_return(
    process: Process, valkey: Valkey, redis: Redis
) -> None:
    open_tab(process.tracker, ALICE, "tab")
    await eventually(lambda: process.sees(ROOM) == {ALICE})

    valkey.pause()
    try:
        await eventually(lambda: not process.tracker.available)
        hide(process.tracker, ALICE)
    finally:
        valkey.go_on()

    await eventually(lambda: process.sees(HIDDEN) == {ALICE} and process.sees(ROOM) == set())
    assert present(redis, ROOM) == present(redis, ONLINE) == set()


async def test_a_user_whose_state_cannot_be_read_is_not_shown(trackers: Trackers, redis: Redis) -> None:
    redis.lpush(f"{{presence}}:state:{ALICE}", "nonsense")
    tracker = trackers()
    open_tab(tracker, ALICE, "tab")
    open_tab(tracker, BOB, "tab of bob")
    await tracker.settled()

    assert present(redis) == present(redis, ONLINE) == {BOB}


async def test_a_decision_is_kept_for_a_day_without_connections(trackers: Trackers, redis: Redis) -> None:
    tracker = trackers()
    hide(tracker, ALICE)
    await tracker.settled()
    assert 86_000 < redis.ttl(f"{{presence}}:state:{ALICE}") <= 86_400

    tracker.track(ROOM, ALICE, "tab")
    await tracker.settled()
    assert redis.ttl(f"{{presence}}:state:{ALICE}") == -1

    tracker.untrack(ROOM, ALICE, "tab", linger=False)
    await tracker.settled()
    assert redis.ttl(f"{{presence}}:state:{ALICE}") > 0


async def test_repeating_a_decision_changes_no_version(trackers: Trackers, redis: Redis) -> None:
    tracker = trackers()
    hide(tracker, ALICE)
    open_tab(tracker, ALICE, "tab")
    await tracker.settled()
    numbers = redis.mget([f"{{presence}}:version:{topic}" for topic in (ROOM, ONLINE, HIDDEN)])
    assert numbers[:2] == [None, None]

    hide(tracker, ALICE)
    open_tab(tracker, ALICE, "another tab")
    await tracker.settled()

    assert redis.mget([f"{{presence}}:version:{topic}" for topic in (ROOM, ONLINE, HIDDEN)]) == numbers


async def test_a_thousand_users_who_hide_at_once_take_few_round_trips(trackers: Trackers, redis: Redis) -> None:
    tracker = trackers()
    await tracker.settled()
    redis.config_resetstat()
    for user_id in range(1_000):
        hide(tracker, user_id)
        tracker.track(ONLINE, user_id, f"tab {user_id}")
    await tracker.settled()

    assert present(redis, HIDDEN) == set(range(1_000))
    assert present(redis, ONLINE) == set()
    assert redis.info("commandstats")["cmdstat_evalsha"]["calls"] < 20
