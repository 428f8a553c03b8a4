"""What tests of the socket do and look at."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from asgiref.sync import sync_to_async

from chat.models import Room
from project.testing.sockets import Client

in_thread = sync_to_async  # the ORM, and what waits for a process


async def post(client: Client, room: Room, body: str, **members: Any) -> dict[str, Any]:
    members = {"client_id": str(uuid4()), "body": body} | members
    return (await client.command("message.post", room=room.pk, **members))["message"]


def check_that_each_opening_went_on_from_what_was_asked(log: list[dict[str, Any]], asked: dict[int, int]) -> None:
    """`asked` has the versions asked for, by the ids of the commands."""
    expected: int | None = None
    for event in log:
        if event["type"] == "ack" and event["id"] in asked:
            expected = asked[event["id"]] + 1
        elif event["type"] == "room.lost":
            expected = None
        elif "version" in event and event["type"] != "ack" and expected is not None:
            assert event["version"] == expected
            expected += 1


def bodies(client: Client) -> list[str]:
    return [event["message"]["body"] for event in client.seen("message.posted")]


async def talk_until(enough: asyncio.Event, client: Client, room: Room) -> None:
    while not enough.is_set():
        await post(client, room, "Hello")


def sidebar(client: Client) -> dict[str, dict[str, Any]]:
    """The people in the sidebar, by username: the latest snapshot, and what changed since."""
    people: dict[str, dict[str, Any]] = {}
    for event in client.log:
        if event["type"] == "presence.snapshot":
            assert event["known"]
            people = {}
        if event["type"] in ("presence.snapshot", "presence.changed"):
            people |= {person["username"]: person for person in event["people"]}
    return {name: person for name, person in people.items() if person["online"] or person["here"]}


def here(client: Client) -> set[str]:
    return {name for name, person in sidebar(client).items() if person["here"]}


async def shows(client: Client, condition: Callable[[], object], within: float = 5) -> None:
    """Wait for a state of the sidebar."""
    async with asyncio.timeout(within):
        while not condition():
            await client.any_event()


async def open_room(client: Client, room: Room) -> None:
    await client.command("room.open", room=room.pk)
    await client.event("presence.snapshot")
