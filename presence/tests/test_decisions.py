"""Conflicts of decisions: the one that holds, from any server and in any order."""

from collections.abc import Callable
from itertools import permutations

import pytest
from redis import Redis

from presence.connections import Held, Hold
from presence.desired_state import Wanted
from presence.errors import InvalidVersion
from presence.operations import decide, join
from presence.store import Store
from presence.tests.helpers.processes import Process
from presence.tests.helpers.servers import Server
from presence.tests.helpers.valkey import Valkey
from presence.tests.helpers.waiting import eventually
from presence.tests.helpers.world import World
from presence.tests.test_tracker import ALICE, ROOM, present
from presence.topics import HIDDEN, ONLINE
from presence.tracker import Tracker
from presence.user_states import SPARE, Decision, Decisions

Processes = Callable[[], Process]
Trackers = Callable[[], Tracker]

HIDE, SHOW = Decision(hidden=True, away=False), Decision(hidden=False, away=False)
NOW = 1_763_000_000_123_456  # a time in microseconds


def say(tracker: Tracker, decision: Decision, version: int = 0) -> None:
    tracker.set_state(ALICE, **decision._replace(version=version)._asdict())


def hides(redis: Redis) -> bool:
    """Return True if Redis knows that Alice decided to hide; others may still see her."""
    return redis.hget(f"{{presence}}:state:{ALICE}", "hidden") == "1"


async def test_a_decision_that_reaches_redis_late_does_not_undo_a_newer_one(valkey: Valkey, redis: Redis) -> None:
    world = World(valkey, redis)
    old, new = Server(world, 0), Server(world, 1)
    try:
        old.tracker.track(ONLINE, ALICE, "tab")
        await old.tracker.settled()
        old.freeze()  # Redis is away for this server only
        say(old.tracker, HIDE, NOW)
        old.tracker.drop("tab")
        say(new.tracker, SHOW, NOW + 1)
        new.tracker.track(ONLINE, ALICE, "another tab")
        await new.tracker.settled()
        assert present(redis, ONLINE) == {ALICE}

        old.go_on()
        await old.tracker.settled()

        assert not list(old.tracker._wanted.assertions())  # Redis has confirmed it
        assert (present(redis, ONLINE), present(redis, HIDDEN)) == ({ALICE}, set())
    finally:
        old.go_on()
        await old.stop()
        await new.stop()


@pytest.mark.parametrize("order", [*permutations([(SHOW, NOW), (HIDE, NOW + 1), (SHOW, NOW + 2)])])
@pytest.mark.parametrize("servers", [1, 3])
async def test_the_decision_with_the_highest_version_wins_in_any_order(
    trackers: Trackers, redis: Redis, order: tuple[tuple[Decision, int], ...], servers: int
) -> None:
    started = [trackers() for _ in range(servers)]
    started[0].track(ROOM, ALICE, "tab")
    for number, (decision, version) in enumerate(order):
        say(started[number % servers], decision, version)
        await started[number % servers].settled()
        latest = max(order[: number + 1], key=lambda said: said[1])
        assert hides(redis) == latest[0].hidden
    await eventually(lambda: present(redis) == {ALICE})


async def test_the_last_of_several_decisions_with_equal_versions_wins(trackers: Trackers, redis: Redis) -> None:
    one, other = trackers(), trackers()
    one.track(ROOM, ALICE, "tab")
    for version in (0, NOW):
        for tracker, decision in ((one, HIDE), (other, SHOW), (one, SHOW), (other, HIDE)):
            say(tracker, decision, version)
            await tracker.settled()
            assert hides(redis) == decision.hidden
            await eventually(lambda decision=decision: (present(redis) == set()) == decision.hidden)  # type: ignore[misc]


async def test_a_server_ignores_a_decision_older_than_its_own(trackers: Trackers, redis: Redis) -> None:
    tracker = trackers()
    say(tracker, HIDE, NOW)
    say(tracker, SHOW, NOW - 1)
    tracker.track(ROOM, ALICE, "tab")
    await tracker.settled()
    node = tracker.node
    assert present(redis) == set()

    redis.flushall()
    await eventually(lambda: tracker.node != node and tracker.available)
    await tracker.settled()

    assert redis.smembers(f"{{presence}}:topics:{ALICE}") == {ROOM}
    assert present(redis) == set()


async def test_a_redis_that_lost_a_decision_accepts_an_older_one(trackers: Trackers, redis: Redis) -> None:
    tracker = trackers()
    say(tracker, SHOW, NOW)
    tracker.track(ROOM, ALICE, "tab")
    await tracker.settled()

    redis.delete(f"{{presence}}:state:{ALICE}")
    say(trackers(), HIDE, NOW - 1)

    await eventually(lambda: present(redis) == set())


async def test_a_server_that_lost_its_lease_does_not_restore_an_unversioned_decision(
    processes: Processes, redis: Redis
) -> None:
    process, other = processes(), processes()
    for topic in (ROOM, HIDDEN):
        await process.watch(topic)
    say(other.tracker, SHOW)
    for topic in (ONLINE, ROOM):
        other.tracker.track(topic, ALICE, "telephone")
    await other.tracker.settled()
    say(process.tracker, HIDE)
    await eventually(lambda: process.sees(HIDDEN) == {ALICE})
    old, seen = other.tracker.node, process.joined(ROOM)

    redis.delete(f"{{presence}}:node:{old}")
    await eventually(lambda: other.tracker.node != old)
    await other.tracker.settled()

    assert redis.smembers(f"{{presence}}:conns:{ROOM}:{ALICE}") >= {f"{other.tracker.node}/telephone"}
    assert (present(redis, HIDDEN), present(redis, ROOM), process.joined(ROOM)) == ({ALICE}, set(), seen)


async def test_redis_can_tell_any_two_versions_apart(trackers: Trackers, redis: Redis) -> None:
    tracker = trackers()
    for version in (0, 1, NOW, 2**53 - 1, 2**53):
        say(tracker, HIDE, version)
        await tracker.settled()
        assert redis.hget(f"{{presence}}:state:{ALICE}", "version") == str(version)
    for version in (-1, 2**53 + 1):
        with pytest.raises(InvalidVersion):
            say(tracker, SHOW, version)


def test_decisions_are_kept_for_connected_users_and_a_bounded_number_of_others() -> None:
    held = Held()
    held.add(Hold(ONLINE, ALICE, "tab"))
    decisions = Decisions(held)
    for user_id in range(ALICE, 10 * SPARE):
        decisions.make(user_id, HIDE, 0)
        decisions.told(user_id, HIDE)

    assert list(decisions.to_assert()) == [(ALICE, HIDE, False)]
    assert len(decisions._of) <= 3 * SPARE + 2


def test_a_decision_is_sent_as_new_until_redis_confirms_it() -> None:
    wanted = Wanted()
    decision = HIDE._replace(version=2)
    wanted.decisions.make(ALICE, decision, 0)
    news, no_news = decide(ALICE, *decision, is_news=True), decide(ALICE, *decision, is_news=False)

    wanted.confirm([no_news, decide(ALICE, *SHOW, is_news=True), decide(ALICE, *HIDE, is_news=True)])
    assert list(wanted.assertions()) == [news]

    wanted.confirm([news])
    assert list(wanted.assertions()) == []
    wanted.held.add(Hold(ROOM, ALICE, "tab"))
    assert list(wanted.assertions()) == [no_news, join(ROOM, ALICE, "tab")]


async def test_a_repeated_decision_does_not_override_one_with_an_equal_version(redis: Redis) -> None:
    store = Store()
    await store.take_lease("node", 60_000)
    await store.apply("node", [decide(ALICE, *HIDE, is_news=False), join(ROOM, ALICE, "tab")])
    assert present(redis) == set()

    await store.apply("node", [decide(ALICE, *SHOW, is_news=False)])
    assert present(redis) == set()
    await store.apply("node", [decide(ALICE, *SHOW, is_news=True)])
    assert present(redis) == {ALICE}
    await store.apply("node", [decide(ALICE, *HIDE._replace(version=1), is_news=False)])
    assert present(redis) == set()
    await store.close()
