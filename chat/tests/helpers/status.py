"""Statuses and last-seen times, as tabs and the database have them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from django.db.models.functions import Now

from accounts.models import User
from chat.models import Room, Status
from chat.tests.helpers.talk import in_thread, open_room, sidebar
from testing.machine import patience
from testing.processes import Server
from testing.sockets import Client, Endpoint

Servers = Callable[..., Server]

NOTHING: dict[str, Any] = {"mode": "auto", "text": "", "emoji": "", "until": None}
BUSY: dict[str, Any] = {**NOTHING, "mode": "dnd", "text": "In a meeting", "emoji": "🌴"}


@asynccontextmanager
async def looking(server: Endpoint, user: User, room: Room) -> AsyncIterator[Client]:
    """Open a tab that shows the room."""
    async with Client(server, user) as client:
        await open_room(client, room)
        yield client


def seen(client: Client, username: str) -> dict[str, Any]:
    """Return the latest state of a user in the tab's events, online or not."""
    told = [
        person for event in client.log if event["type"].startswith("presence.") for person in event.get("people", ())
    ]
    return next((person for person in reversed(told) if person["username"] == username), {})


def statuses(client: Client) -> list[dict[str, Any]]:
    return [event["status"] for event in client.seen("status.changed")]


def stored_last_seen(user: User) -> datetime | None:
    return Status.objects.filter(user=user).values_list("last_seen_at", flat=True).first()


last_seen = in_thread(stored_last_seen)


async def agree(one: Client, other: Client, username: str) -> None:
    """Wait until two tabs show a user in the same way."""
    async with asyncio.timeout(patience(5)):
        while sidebar(one).get(username) != sidebar(other).get(username):
            news = [asyncio.create_task(client.any_event()) for client in (one, other)]
            await asyncio.wait(news, return_when=asyncio.FIRST_COMPLETED)
            for task in news:
                task.cancel()


async def write_without_a_word(user: User, **fields: Any) -> None:
    """Store a status without an event, as if the event was lost."""
    await Status.objects.aupdate_or_create(user=user, defaults={**fields, "changed_at": Now()})
