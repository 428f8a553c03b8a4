import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

from chat.hub.delivery.connection import Connection
from chat.hub.delivery.frame import Frame
from chat.hub.rooms.audience import Audience


class Clock:
    """A fake event loop: its timers run when the test advances it."""

    def __init__(self) -> None:
        self.timers: list[Callable[[], None]] = []

    def call_later(self, delay: float, callback: Callable[[], None]) -> object:
        self.timers.append(callback)
        return callback

    def advance(self) -> None:
        due, self.timers = self.timers, []
        for callback in due:
            callback()


class NoTime:
    """A fake event loop that sets no timer, so that no events are coalesced."""

    def call_later(self, delay: float, callback: Callable[[], None]) -> None:
        return None


def audience_of(clock: Clock | None = None) -> Audience:
    return Audience(cast(asyncio.AbstractEventLoop, clock or NoTime()))


class Reader:
    """A fake connection that records its frames."""

    def __init__(self) -> None:
        self.got: list[list[dict[str, int]]] = []

    def deliver(self, frame: Frame) -> None:
        self.got.append(json.loads(frame.text))


def forward(audience: Audience, *versions: int) -> None:
    for version in versions:
        audience.forward(version, Frame.of({"version": version}))


def versions(person: Any) -> list[int]:
    return [event["version"] for frame in person.got for event in frame]


def reader() -> Any:
    return cast(Connection, Reader())


def test_events_forwarded_while_a_connection_reads_arrive_afterwards() -> None:
    audience, alice = audience_of(), reader()
    hold = audience.hold(alice)
    forward(audience, 6, 7)
    assert versions(alice) == []
    audience.release(alice, hold, version=5, last=7)
    forward(audience, 8)
    assert versions(alice) == [6, 7, 8]


def test_events_that_a_connection_has_read_are_not_sent_again() -> None:
    audience, alice = audience_of(), reader()
    hold = audience.hold(alice)
    forward(audience, 6, 7)
    audience.release(alice, hold, version=6, last=7)
    assert versions(alice) == [7]


def test_a_connection_that_read_ahead_of_the_feed_waits_until_the_feed_catches_up() -> None:
    audience, alice, bob = audience_of(), reader(), reader()
    audience.release(bob, audience.hold(bob), version=5, last=5)
    hold = audience.hold(alice)
    audience.release(alice, hold, version=7, last=5)
    forward(audience, 6, 7, 8, 9)
    assert versions(bob) == [6, 7, 8, 9]
    assert versions(alice) == [8, 9]


def test_a_skipped_version_does_not_keep_a_connection_waiting() -> None:
    audience, alice = audience_of(), reader()
    hold = audience.hold(alice)
    audience.release(alice, hold, version=7, last=5)
    forward(audience, 8, 9)
    assert versions(alice) == [8, 9]


def test_a_connection_that_left_gets_no_more_events() -> None:
    audience, alice, bob = audience_of(), reader(), reader()
    for person in (alice, bob):
        audience.release(person, audience.hold(person), version=0, last=0)
    forward(audience, 1)
    audience.discard(bob)
    forward(audience, 2)
    assert versions(alice) == [1, 2]
    assert versions(bob) == [1]
    assert bob not in audience


def test_a_connection_that_left_while_reading_gets_none_of_the_held_events() -> None:
    audience, bob = audience_of(), reader()
    hold = audience.hold(bob)
    forward(audience, 1)
    audience.discard(bob)
    audience.release(bob, hold, version=0, last=1)
    assert versions(bob) == []


def test_a_hold_that_was_superseded_releases_nothing() -> None:
    # Two tasks attach the connection at once: a newly gained room is also opened. The later one has read everything.
    audience, alice = audience_of(), reader()
    gained = audience.hold(alice)
    forward(audience, 6)
    opened = audience.hold(alice)
    forward(audience, 7)
    audience.release(alice, gained, version=5, last=7)
    assert versions(alice) == []
    audience.release(alice, opened, version=6, last=7)
    forward(audience, 8)
    assert versions(alice) == [7, 8]


def test_what_follows_closely_goes_out_as_one_frame() -> None:
    clock = Clock()
    audience, alice = audience_of(clock), reader()
    audience.release(alice, audience.hold(alice), version=0, last=0)
    for version in (1, 2, 3):
        audience.forward(version, Frame.of({"version": version}))
    assert versions(alice) == [1]
    clock.advance()
    assert alice.got == [[{"version": 1}], [{"version": 2}, {"version": 3}]]
    audience.forward(4, Frame.of({"version": 4}))
    assert versions(alice) == [1, 2, 3]
    clock.advance()
    clock.advance()
    audience.forward(5, Frame.of({"version": 5}))
    assert versions(alice) == [1, 2, 3, 4, 5]


def test_a_connection_that_comes_or_goes_while_events_are_batched_misses_and_repeats_none() -> None:
    clock = Clock()
    audience, alice, bob = audience_of(clock), reader(), reader()
    audience.release(alice, audience.hold(alice), version=0, last=0)
    for version in (1, 2):
        audience.forward(version, Frame.of({"version": version}))
    audience.release(bob, audience.hold(bob), version=2, last=2)
    audience.forward(3, Frame.of({"version": 3}))
    audience.discard(alice)
    clock.advance()
    audience.forward(4, Frame.of({"version": 4}))
    clock.advance()
    assert versions(alice) == [1, 2, 3]
    assert versions(bob) == [3, 4]
