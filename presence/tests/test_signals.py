from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis

from presence import signals
from presence.tests.helpers.processes import Process
from presence.tests.helpers.waiting import eventually
from presence.tests.test_tracker import ALICE, BOB, ROOM, present
from presence.topics import HIDDEN, ONLINE
from presence.tracker import Tracker

Processes = Callable[[], Process]
Trackers = Callable[[], Tracker]
Sent = list[tuple[str, str, frozenset[int]]]


@pytest.fixture
def sent() -> Iterator[Sent]:
    """Collect all signals sent by any tracker of this process."""
    sent: Sent = []

    def note_arrival(topic: str, user_ids: frozenset[int], **_signal: Any) -> None:
        sent.append(("arrived", topic, user_ids))

    def note_leaving(topic: str, user_ids: frozenset[int], **_signal: Any) -> None:
        sent.append(("left", topic, user_ids))

    signals.arrived.connect(note_arrival, sender=Tracker)
    signals.left.connect(note_leaving, sender=Tracker)
    yield sent
    signals.arrived.disconnect(note_arrival, sender=Tracker)
    signals.left.disconnect(note_leaving, sender=Tracker)


async def test_joining_sends_arrived_and_leaving_sends_left(trackers: Trackers, sent: Sent) -> None:
    tracker = trackers()
    tracker.track(ROOM, ALICE, "tab")
    tracker.track(ROOM, BOB, "tab of bob")
    await tracker.settled()
    assert sent == [("arrived", ROOM, frozenset({ALICE, BOB}))]

    tracker.untrack(ROOM, ALICE, "tab", linger=False)
    await tracker.settled()
    assert sent[1:] == [("left", ROOM, frozenset({ALICE}))]


async def test_neither_a_second_tab_nor_a_reload_sends_anything(trackers: Trackers, sent: Sent) -> None:
    tracker = trackers()
    tracker.track(ROOM, ALICE, "tab")
    await tracker.settled()

    tracker.track(ROOM, ALICE, "another tab")
    tracker.drop("tab")
    tracker.drop("another tab")
    await tracker.settled()
    tracker.track(ROOM, ALICE, "tab, reloaded")
    tracker.track(ROOM, BOB, "tab of bob")
    tracker.drop("tab of bob")
    await eventually(lambda: ("left", ROOM, frozenset({BOB})) in sent)

    assert [users for _, _, users in sent] == [{ALICE}, {BOB}, {BOB}]


async def test_only_the_server_that_sweeps_sends_left_for_users_of_a_dead_one(processes: Processes, sent: Sent) -> None:
    dead, alive, another = processes(), processes(), processes()
    dead.tracker.track(ROOM, ALICE, "tab")
    await dead.tracker.settled()
    await alive.tracker.settled()
    await another.tracker.settled()

    await dead.die()

    await eventually(lambda: sent[1:])
    assert sent == [("arrived", ROOM, frozenset({ALICE})), ("left", ROOM, frozenset({ALICE}))]


async def test_hiding_sends_left_and_showing_oneself_sends_arrived(trackers: Trackers, sent: Sent) -> None:
    tracker = trackers()
    tracker.track(ONLINE, ALICE, "tab")
    await tracker.settled()
    sent.clear()

    tracker.set_state(ALICE, hidden=True, away=False)
    await tracker.settled()
    assert sent == []
    await eventually(lambda: sent[1:])  # after a linger, as if the tab had been closed
    assert sorted(sent) == [("arrived", HIDDEN, frozenset({ALICE})), ("left", ONLINE, frozenset({ALICE}))]
    sent.clear()

    tracker.set_state(ALICE, hidden=False, away=False)
    await tracker.settled()
    assert sorted(sent) == [("arrived", ONLINE, frozenset({ALICE})), ("left", HIDDEN, frozenset({ALICE}))]


def fail(**_signal: Any) -> None:
    raise RuntimeError("a receiver's own trouble")


async def be_async(**_signal: Any) -> None: ...


@pytest.mark.parametrize("receiver", [fail, be_async])
async def test_a_signal_receiver_that_fails_does_not_stop_the_tracker(
    trackers: Trackers, redis: Redis, caplog: pytest.LogCaptureFixture, receiver: Callable[..., Any]
) -> None:
    tracker = trackers()
    signals.arrived.connect(receiver, sender=Tracker)
    try:
        tracker.track(ROOM, ALICE, "tab")
        await tracker.settled()
    finally:
        signals.arrived.disconnect(receiver, sender=Tracker)
    assert "RuntimeError" in caplog.text

    tracker.track(ROOM, BOB, "tab of bob")
    await tracker.settled()
    assert present(redis) == {ALICE, BOB}
    assert tracker.available
