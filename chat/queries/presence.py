"""Presence in rooms and on the site, as counts and states."""

import asyncio
from collections.abc import Sequence

from presence import reads
from presence.errors import PresenceUnavailable
from presence.topics import AWAY, ONLINE

COUNT_SECONDS = 1.25  # of the three seconds that a connecting client waits for its greeting


def here_topic(room_id: int) -> str:
    return f"here.{room_id}"


def room_of(topic: str) -> int | None:
    """Return the room of a topic, or None for a topic that presence itself uses."""
    name, _, room_id = topic.partition(".")
    return int(room_id) if name == "here" else None


def count_in(counts: dict[int, int] | None, room_id: int) -> int | None:
    return None if counts is None else counts[room_id]


def here_counts(room_ids: Sequence[int]) -> dict[int, int] | None:
    try:
        counts = reads.count([here_topic(room_id) for room_id in room_ids])
    except PresenceUnavailable:
        return None
    return dict(zip(room_ids, counts, strict=True))


async def fresh_here_counts(room_ids: Sequence[int]) -> dict[int, int] | None:
    """Return `here_counts` from the event loop. A user waits for the greeting, so a late answer counts as None."""
    try:
        async with asyncio.timeout(COUNT_SECONDS):
            counts = await reads.acount([here_topic(room_id) for room_id in room_ids])
    except (PresenceUnavailable, TimeoutError):
        return None
    return dict(zip(room_ids, counts, strict=True))


def presence_of(user_id: int) -> dict[str, bool | None]:
    """Return whether a user is online and away, as others see it; both None while presence is unavailable."""
    try:
        online, away = reads.present(user_id, [ONLINE, AWAY])
    except PresenceUnavailable:
        return {"online": None, "away": None}
    return {"online": online, "away": away}


def who_is_online(user_ids: Sequence[int]) -> frozenset[int] | None:
    """Return the online ones of these users, as others see it, or None while presence is unavailable."""
    try:
        return reads.among(ONLINE, user_ids)
    except PresenceUnavailable:
        return None


def online_count() -> int | None:
    try:
        return reads.count([ONLINE])[0]
    except PresenceUnavailable:
        return None


async def online() -> frozenset[int]:
    """Return all users online, or an empty set while presence is unavailable."""
    try:
        return frozenset((await reads.snapshot(ONLINE)).people)
    except PresenceUnavailable:
        return frozenset()
