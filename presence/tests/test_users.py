"""Validation of user ids: any other type than an integer would make its topic unreadable for everyone."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from redis import Redis

from presence.errors import InvalidUser
from presence.reads import among, present
from presence.tests.test_tracker import ALICE, ROOM
from presence.tests.test_tracker import present as present_in
from presence.tracker import Tracker

Trackers = Callable[[], Tracker]

NONE_OF_THEM: list[Any] = [None, True, "1", 1.0, b"1", UUID(int=1)]

ACTS: dict[str, Callable[[Tracker, Any], Any]] = {
    "track": lambda tracker, user: tracker.track(ROOM, user, "tab"),
    "untrack": lambda tracker, user: tracker.untrack(ROOM, user, "tab", linger=False),
    "touch": lambda tracker, user: tracker.touch(user),
    "set_state": lambda tracker, user: tracker.set_state(user, hidden=False, away=False),
    "present": lambda _, user: present(user, [ROOM]),
    "present on no topic": lambda _, user: present(user, []),
    "among": lambda _, user: among(ROOM, [ALICE, user]),
}


@pytest.mark.parametrize("act", ACTS)
async def test_an_id_that_is_no_integer_is_refused(trackers: Trackers, redis: Redis, act: str) -> None:
    tracker = trackers()
    ACTS[act](tracker, ALICE)
    tracker.track(ROOM, ALICE, "another tab")
    await tracker.settled()

    for user in NONE_OF_THEM:
        with pytest.raises(InvalidUser, match=type(user).__name__):
            ACTS[act](tracker, user)

    await tracker.settled()
    assert present_in(redis) == {ALICE}


def test_the_refusal_of_an_id_is_a_type_error() -> None:
    assert issubclass(InvalidUser, TypeError)
