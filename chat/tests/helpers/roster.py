"""The roster in the sidebar and the counts in lists of rooms, as tabs have them."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from chat.models import Room
from chat.tests.helpers.talk import open_room, roster
from testing.sockets import Client, Endpoint

COUNTS = ("here", "online", "away", "offline")


def counts(client: Client) -> tuple[int, ...]:
    """Return the counts here, online, away and offline, from events since the log was cleared."""
    return tuple(roster(client)["counts"].get(group, 0) for group in COUNTS)


def has_counts(client: Client, *expected: int) -> Callable[[], bool]:
    return lambda: counts(client)[: len(expected)] == expected


def lists(client: Client, room: Room, here: int) -> Callable[[], bool]:
    """Return a condition: True if the list of rooms in a tab has this count."""
    return lambda: listed_here(client, room) == here


def listed_here(client: Client, room: Room) -> int | None:
    count = next(listed["here"] for listed in client.hello["rooms"] if listed["id"] == room.pk)
    for event in client.seen("presence.counted"):
        count = None if event["rooms"] is None else event["rooms"].get(str(room.pk), count)
    return count


def names(people: list[dict[str, Any]]) -> list[str]:
    return [person["username"] for person in people]


async def turn_page(client: Client, room: Room, **members: Any) -> list[str]:
    return names((await client.command("roster.page", room=room.pk, **members))["people"])


async def fetched_anew(server: Endpoint, user: User, room: Room) -> dict[str, Any]:
    async with Client(server, user) as client:
        await open_room(client, room)
        return roster(client)
