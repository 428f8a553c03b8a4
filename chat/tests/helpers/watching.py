"""Presence as clients see it, frame by frame, and tabs that reconnect as the page does."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Self

from django.conf import settings
from websockets.exceptions import WebSocketException

from accounts.models import User
from chat import conf
from chat.models import Room
from chat.tests.helpers.talk import here, open_room, shows
from testing.machine import patience
from testing.processes import Server
from testing.sockets import Client

PRESENCE = {name: value / 1000 for name, value in settings.PRESENCE.items() if name.endswith("_MS")}  # seconds
LINGER, LEASE = PRESENCE["LINGER_MS"], PRESENCE["LEASE_MS"]

RETRY_SECONDS = 0.2


class Tab:
    """A tab that shows a room, and reconnects by itself after `delay`."""

    def __init__(
        self, server: Server, user: User, room: Room, delay: Callable[[], float] = lambda: RETRY_SECONDS
    ) -> None:
        self.server, self.user, self.room = server, user, room
        self.codes: list[int | None] = []
        self.clients: list[Client] = []
        self._delay = delay
        self._is_shown, self._is_lost = asyncio.Event(), asyncio.Event()

    async def __aenter__(self) -> Self:
        self._life = asyncio.create_task(self._live())
        await self.shown()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._life.cancel()
        with suppress(asyncio.CancelledError):
            await self._life

    async def shown(self, within: float = 30) -> None:
        """Wait until it is connected and has a sidebar."""
        await asyncio.wait_for(self._is_shown.wait(), patience(within))

    async def lost(self, within: float = 5) -> None:
        await asyncio.wait_for(self._is_lost.wait(), patience(within))

    async def _live(self) -> None:
        while True:
            with suppress(OSError, WebSocketException, AssertionError):  # it is not back yet, or lost again already
                await self._connect()
            self._is_shown.clear()
            self._is_lost.set()
            await asyncio.sleep(self._delay())

    async def _connect(self) -> None:
        async with Client(self.server, self.user) as client:
            self.clients.append(client)
            await open_room(client, self.room)
            self._is_lost.clear()
            self._is_shown.set()
            await client.socket.wait_closed()
            self.codes.append(client.socket.close_code)


def views(*clients: Client) -> list[set[str]]:
    """Return the users in the sidebar after each presence frame.

    A snapshot with unknown presence leaves the list unchanged.
    """
    seen: list[set[str]] = []
    for client in clients:
        people: dict[str, dict[str, Any]] = {}
        for event in client.log:
            match event:
                case {"type": "presence.snapshot", "known": True, "people": told}:
                    people = {}
                case {"type": "presence.changed", "people": told}:
                    pass
                case _:
                    continue
            people |= {person["username"]: person for person in told}
            seen.append({name for name, person in people.items() if person["online"] or person["here"]})
    return seen


def knows(client: Client) -> bool:
    """Return True if presence is known in the latest snapshot."""
    return bool(client.seen("presence.snapshot")[-1]["known"])


def told_of_presence(client: Client) -> list[dict[str, Any]]:
    """Return every presence event: lists and counts."""
    return [event for event in client.log if event["type"].startswith("presence.")]


def counts(client: Client, room: Room) -> list[int]:
    """Return the successive known counts of the room in the lists of rooms."""
    told = [event["rooms"] for event in client.seen("presence.counted") if event["rooms"] is not None]
    return [rooms[str(room.pk)] for rooms in told if str(room.pk) in rooms]


async def sees(client: Client, *usernames: str, within: float = 5) -> None:
    """Wait until exactly these users have the room open in the client's sidebar."""
    await shows(client, lambda: here(client) == set(usernames), within)


async def all_see(clients: Iterable[Client], *usernames: str) -> None:
    for client in clients:
        await sees(client, *usernames)


async def meet(clients: Iterable[Client], room: Room, *usernames: str) -> None:
    """Open the room in each client, and wait until all of them see these users."""
    for client in clients:
        await open_room(client, room)
    await all_see(clients, *usernames)


async def sees_only(client: Client, *usernames: str, within: float) -> None:
    """Wait until the client's sidebar has exactly these users and presence is known."""
    await shows(client, lambda: knows(client) and views(client)[-1] == set(usernames), within)


async def settled(*clients: Client) -> None:
    """Wait until no more events come: counts are checked only from time to time."""
    await asyncio.gather(*map(_is_quiet, clients))


async def _is_quiet(client: Client) -> None:
    with suppress(TimeoutError):
        while True:
            await asyncio.wait_for(client.any_event(), patience(1.5 * conf.check_seconds()))
