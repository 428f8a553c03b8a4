"""Reads for pages: how many, and who. To follow a topic live, use `presence.roster.Rosters`."""

from collections.abc import Sequence

from presence.loops import PerLoop
from presence.store import Snapshot, Store, count_now, present_now
from presence.topics import checked

_stores = PerLoop(Store)


def count(topics: Sequence[str]) -> list[int]:
    """How many people are present on each topic, in the order given. For code without an event loop, like views.

    Raises InvalidTopic; PresenceUnavailable within 3 s, at once where Redis refuses connections.
    Costs one round trip, whatever the number of topics; none for no topics.
    """
    return count_now([checked(topic) for topic in topics]) if topics else []


async def acount(topics: Sequence[str]) -> list[int]:
    """`count` for an event loop, with the same errors and cost."""
    return await _stores.get().counts([checked(topic) for topic in topics]) if topics else []


def present(user_id: int, topics: Sequence[str]) -> list[bool]:
    """Whether the user is present on each topic, in the order given. For code without an event loop, like views.

    The same errors and cost as `count`, however many people there are.
    """
    return present_now(user_id, [checked(topic) for topic in topics]) if topics else []


async def snapshot(topic: str) -> Snapshot:
    """Everybody who is present on a topic, with the epoch and the version at which that is so.

    Raises InvalidTopic, PresenceUnavailable, CorruptData. Costs one round trip; the reply has all user ids.
    """
    read = (await _stores.get().snapshots([checked(topic)]))[topic]
    if isinstance(read, Exception):
        raise read
    return read
