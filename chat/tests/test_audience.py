import json
from typing import Any, cast

from chat.hub.audience import Audience
from chat.hub.connection import Connection
from chat.hub.frame import Frame


class Reader:
    """Stands for a connection: keeps what it was given."""

    def __init__(self) -> None:
        self.got: list[dict[str, int]] = []

    def deliver(self, frame: Frame) -> None:
        self.got += json.loads(frame.text)


def forward(audience: Audience, *versions: int) -> None:
    for version in versions:
        audience.forward(version, Frame.of({"version": version}))


def versions(person: Any) -> list[int]:
    return [event["version"] for event in person.got]


def reader() -> Any:
    return cast(Connection, Reader())


def test_what_is_forwarded_while_it_reads_comes_afterwards() -> None:
    audience, alice = Audience(), reader()
    hold = audience.hold(alice)
    forward(audience, 6, 7)
    assert versions(alice) == []
    audience.release(alice, hold, version=5, last=7)
    forward(audience, 8)
    assert versions(alice) == [6, 7, 8]


def test_what_it_read_already_does_not_come_again() -> None:
    audience, alice = Audience(), reader()
    hold = audience.hold(alice)
    forward(audience, 6, 7)
    audience.release(alice, hold, version=6, last=7)
    assert versions(alice) == [7]


def test_one_that_read_further_than_the_feed_waits_until_the_feed_has_caught_up() -> None:
    audience, alice, bob = Audience(), reader(), reader()
    audience.release(bob, audience.hold(bob), version=5, last=5)
    hold = audience.hold(alice)
    audience.release(alice, hold, version=7, last=5)
    forward(audience, 6, 7, 8, 9)
    assert versions(bob) == [6, 7, 8, 9]
    assert versions(alice) == [8, 9]


def test_a_number_that_was_skipped_does_not_keep_it_waiting() -> None:
    audience, alice = Audience(), reader()
    hold = audience.hold(alice)
    audience.release(alice, hold, version=7, last=5)
    forward(audience, 8, 9)
    assert versions(alice) == [8, 9]


def test_one_that_left_gets_nothing_more() -> None:
    audience, alice, bob = Audience(), reader(), reader()
    for person in (alice, bob):
        audience.release(person, audience.hold(person), version=0, last=0)
    forward(audience, 1)
    audience.discard(bob)
    forward(audience, 2)
    assert versions(alice) == [1, 2]
    assert versions(bob) == [1]
    assert bob not in audience


def test_one_that_left_while_it_read_gets_nothing_of_what_was_kept() -> None:
    audience, bob = Audience(), reader()
    hold = audience.hold(bob)
    forward(audience, 1)
    audience.discard(bob)
    audience.release(bob, hold, version=0, last=1)
    assert versions(bob) == []


def test_a_hold_that_was_superseded_releases_nothing() -> None:
    """Two things attach it at once: a room that was just gained is opened. The later one has read everything."""
    audience, alice = Audience(), reader()
    gained = audience.hold(alice)
    forward(audience, 6)
    opened = audience.hold(alice)
    forward(audience, 7)
    audience.release(alice, gained, version=5, last=7)
    assert versions(alice) == []
    audience.release(alice, opened, version=6, last=7)
    forward(audience, 8)
    assert versions(alice) == [7, 8]
