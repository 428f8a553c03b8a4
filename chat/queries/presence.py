"""Who has a room open, as topics of presence."""

import asyncio
from collections.abc import Sequence

from presence import reads
from presence.errors import PresenceUnavailable
from presence.topics import AWAY, ONLINE

COUNT_SECONDS = 1.25  # of the three within which whoever connects has an answer


def here_topic(room_id: int) -> str:
    return f"here.{room_id}"


def room_of(topic: str) -> int | None:
    """The room that a topic is about, or None for a topic of presence's own."""
    name, _, room_id = topic.partition(".")
    return int(room_id) if name == "here" else None


def count_in(counts: dict[int, int] | None, room_id: int) -> int | None:
    """One room's count, if the counts are known."""
    return None if counts is None else counts[room_id]


def here_counts(room_ids: Sequence[int]) -> dict[int, int] | None:
    """How many people have each room open; None while presence is unavailable."""
    try:
        counts = reads.count([here_topic(room_id) for room_id in room_ids])
    except PresenceUnavailable:
        return None
    return dict(zip(room_ids, counts, strict=True))


async def fresh_here_counts(room_ids: Sequence[int]) -> dict[int, int] | None:
    """The same from the event loop, where somebody waits to be greeted: later than in a moment is never."""
    try:
        async with asyncio.timeout(COUNT_SECONDS):
            counts = await reads.acount([here_topic(room_id) for room_id in room_ids])
    except (PresenceUnavailable, TimeoutError):
        return None
    return dict(zip(room_ids, counts, strict=True))


def presence_of(user_id: int) -> dict[str, bool | None]:
    """Whether somebody is online and away, as others see it; None while presence is unavailable."""
    try:
        online, away = reads.present(user_id, [ONLINE, AWAY])
    except PresenceUnavailable:
        return {"online": None, "away": None}
    return {"online": online, "away": away}


def who_is_online(user_ids: Sequence[int]) -> frozenset[int] | None:
    """Those of these users who are online, as others see it; None while presence is unavailable."""
    try:
        return reads.among(ONLINE, user_ids)
    except PresenceUnavailable:
        return None


def online_count() -> int | None:
    """How many people are online; None while presence is unavailable."""
    try:
        return reads.count([ONLINE])[0]
    except PresenceUnavailable:
        return None


async def online() -> frozenset[int]:
    """The users who are online, in whatever room; nobody while presence is unavailable."""
    try:
        return frozenset((await reads.snapshot(ONLINE)).people)
    except PresenceUnavailable:
        return frozenset()
