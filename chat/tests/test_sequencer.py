import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chat.hub.rooms.sequencer import Sequencer


def event(version: int) -> dict[str, Any]:
    return {"version": version}


def started_feed(head: int = 0) -> tuple[Sequencer, list[int]]:
    forwarded: list[int] = []
    feed = Sequencer(lambda *events: forwarded.extend(event["version"] for event in events))
    feed.start(head)
    return feed, forwarded


def test_the_next_number_goes_out_at_once() -> None:
    feed, forwarded = started_feed(head=4)
    feed.offer(event(5))
    assert forwarded == [5]


def test_a_repeat_is_dropped() -> None:
    feed, forwarded = started_feed()
    for version in (1, 1, 2, 1, 2):
        feed.offer(event(version))
    assert forwarded == [1, 2]


def test_an_early_version_waits_for_the_versions_before_it() -> None:
    feed, forwarded = started_feed()
    feed.offer(event(3))
    feed.offer(event(2))
    assert forwarded == []
    assert feed.has_gap
    feed.offer(event(1))
    assert forwarded == [1, 2, 3]
    assert not feed.has_gap


def test_nothing_goes_out_before_the_feed_knows_where_the_room_stands() -> None:
    forwarded: list[int] = []
    feed = Sequencer(lambda event: forwarded.append(event["version"]))
    feed.offer(event(7))
    feed.offer(event(8))
    assert forwarded == []
    feed.start(head=7)
    assert forwarded == [8]


def test_a_gap_is_filled_from_the_database_and_what_waited_follows() -> None:
    feed, forwarded = started_feed()
    feed.offer(event(4))
    feed.fill([event(1), event(2), event(3)], head=3)
    assert forwarded == [1, 2, 3, 4]
    assert not feed.has_gap


def test_numbers_whose_row_changed_again_since_are_no_gap() -> None:
    feed, forwarded = started_feed()
    feed.fill([event(2), event(5)], head=5)
    feed.offer(event(3))
    feed.offer(event(6))
    assert forwarded == [2, 5, 6]


def test_rows_that_changed_together_have_one_number_and_go_out_together() -> None:
    forwarded: list[list[str]] = []
    feed = Sequencer(lambda *events: forwarded.append([event["row"] for event in events]))
    feed.start(1)
    rows = [(2, "a"), (3, "b"), (3, "c"), (3, "d"), (4, "e")]
    feed.offer(event(5) | {"row": "f"})
    feed.fill([event(version) | {"row": row} for version, row in rows], head=4)
    assert forwarded == [["a"], ["b", "c", "d"], ["e"], ["f"]]
    feed.fill([event(3) | {"row": "b"}, event(3) | {"row": "c"}], head=4)
    assert len(forwarded) == 4


@given(st.data())
def test_every_event_goes_out_once_and_in_order_despite_losses_and_disorder(data: st.DataObject) -> None:
    feed, forwarded = started_feed()
    count = data.draw(st.integers(1, 30))
    arrivals = data.draw(st.lists(st.integers(1, count), max_size=60))
    random.shuffle(arrivals)
    for version in arrivals:
        feed.offer(event(version))
    last = feed.last or 0
    feed.fill([event(version) for version in range(last + 1, count + 1)], head=count)
    assert forwarded == list(range(1, count + 1))
