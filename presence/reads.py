"""Reads for pages: how many users are present, and who. To follow a topic live, use `presence.roster.Rosters`."""

from collections.abc import Sequence
from typing import TypeVar

from presence.blocking import among_now, count_now, nodes_now, present_now
from presence.epochs import Epochs
from presence.health import health
from presence.per_loop import PerLoop
from presence.replies import Life, Snapshot
from presence.store import Store
from presence.topics import checked
from presence.users import checked_user

T = TypeVar("T")

_stores = PerLoop(Store)
epochs = Epochs()
"""Epochs that this process has seen."""


def count(topics: Sequence[str]) -> list[int]:
    """Count the people on each topic, in the order given. Use it in code without an event loop, such as views.

    Raises InvalidTopic. Raises PresenceUnavailable within 3 s: at once if Redis refuses connections, if this process
    cannot write to it, or if no server has written to it for two thirds of LEASE_MS; also for 10 s after it lost
    everything under a process that knew its data before, since a low count would not mean that people left.
    Costs one round trip for any number of topics, none for no topics.
    """
    return _believed(*count_now([checked(topic) for topic in topics])) if topics else []


async def acount(topics: Sequence[str]) -> list[int]:
    """Count like `count`, on an event loop, with the same errors and cost."""
    return _believed(*await _stores.get().counts([checked(topic) for topic in topics])) if topics else []


def present(user_id: int, topics: Sequence[str]) -> list[bool]:
    """Return for each topic True if the user is present, in the order given. Use it in code without an event loop.

    Raises InvalidUser, and the same errors as `count`. Costs the same, for any number of people.
    """
    checked_user(user_id)
    return _believed(*present_now(user_id, [checked(topic) for topic in topics])) if topics else []


def among(topic: str, user_ids: Sequence[int]) -> frozenset[int]:
    """Return the users among these who are present on the topic. Use it in code without an event loop.

    Raises InvalidUser, and the same errors as `count`. Costs the same.
    """
    if not user_ids:
        return frozenset()
    answers = _believed(*among_now(checked(topic), [checked_user(user_id) for user_id in user_ids]))
    return frozenset(user for user, is_present in zip(user_ids, answers, strict=True) if is_present)


def nodes() -> frozenset[str]:
    """Return the server processes that hold a lease. Use it in code without an event loop.

    Raises the same errors as `count`. Costs one round trip.
    """
    return frozenset(_believed(*nodes_now()))


async def snapshot(topic: str) -> Snapshot:
    """Return all users who are present on a topic, with the epoch and the version of that state.

    Raises InvalidTopic, PresenceUnavailable, CorruptData. Costs one round trip; the reply has all user ids.
    """
    read = (await _stores.get().snapshots([checked(topic)]))[topic]
    if isinstance(read, Exception):
        raise read
    health.check()
    return read


def _believed(life: Life, answers: list[T]) -> list[T]:
    health.check()
    life.check()
    epochs.check(life.epoch)
    return answers
