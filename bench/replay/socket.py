"""Socket of one signed-in tab: commands, their answers, and checks of all events."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

ANSWER_TIMEOUT = 60  # seconds


class Person(msgspec.Struct):
    name: str
    here: bool


class Room(msgspec.Struct):
    id: int
    version: int


class Limits(msgspec.Struct):
    body_length: int


class Event(msgspec.Struct):
    """The fields of an event that a replay uses. The rest is not decoded, since it reads millions of events."""

    type: str
    id: int | None = None
    room: int | Room | None = None
    version: int | None = None
    code: str | None = None
    detail: str | None = None
    rooms: list[Room] | dict[str, int] | None = None
    known: bool | None = None
    people: list[Person] | None = None
    limits: Limits | None = None


decode = msgspec.json.Decoder(list[Event]).decode


class Refused(Exception):
    """The server answered a command with an error."""


class Socket:
    """One socket. It passes each event to `watch` after checking it; `tally` counts events and errors."""

    def __init__(self, connection: ClientConnection, tally: Counter[str], watch: Callable[[Event], None]) -> None:
        self.connection = connection
        self.tally = tally
        self.watch = watch
        self.versions: dict[int, int] = {}
        self.hello: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self.answers: dict[int, asyncio.Future[Event]] = {}
        self.openings: dict[int, tuple[int, int]] = {}
        self.closing = False
        self.reader = asyncio.create_task(self.read())

    @classmethod
    async def open(
        cls, url: str, cookie: str, tally: Counter[str], watch: Callable[[Event], None] = lambda event: None
    ) -> Self:
        site = urlsplit(url)
        connection = await connect(
            f"{'wss' if site.scheme == 'https' else 'ws'}://{site.netloc}/ws/",
            origin=f"{site.scheme}://{site.netloc}",  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie},
            compression=None,
            proxy=None,
            max_size=None,
            max_queue=None,
            open_timeout=ANSWER_TIMEOUT,
            ping_interval=None,
        )
        socket = cls(connection, tally, watch)
        await asyncio.wait_for(socket.hello, ANSWER_TIMEOUT)
        return socket

    async def open_room(self, room: int, version: int) -> None:
        """Show the room, and follow it from `version` on."""
        self.openings[len(self.answers) + 1] = room, version
        await self.command("room.open", room=room, since=version)

    async def command(self, kind: str, /, **members: Any) -> Event:
        """Send a command and return its ack. Raises Refused."""
        number = len(self.answers) + 1
        answer = self.answers[number] = asyncio.get_running_loop().create_future()
        await self.connection.send(msgspec.json.encode({"type": kind, "id": number, **members}).decode())
        return await asyncio.wait_for(answer, ANSWER_TIMEOUT)

    async def close(self) -> None:
        self.closing = True
        await self.connection.close()
        await self.reader

    async def read(self) -> None:
        try:
            async for frame in self.connection:
                for event in decode(frame):
                    self.take(event)
        except ConnectionClosed:
            pass
        self.lost()

    def lost(self) -> None:
        if not self.closing:
            self.tally["sockets lost"] += 1
        gone = ConnectionError(f"the socket closed with {self.connection.close_code}")
        for waiting in (self.hello, *self.answers.values()):
            if not waiting.done():
                waiting.set_exception(gone)

    def take(self, event: Event) -> None:
        self.tally["events"] += 1
        if event.type in self.HANDLERS:
            self.HANDLERS[event.type](self, event)
        elif event.version is not None:
            self.follow(event)
        self.watch(event)

    def follow(self, event: Event) -> None:
        """Check that the versions of a room come one by one."""
        room, version = event.room, event.version
        assert isinstance(room, int)
        assert version is not None
        last = self.versions.get(room)
        if last is None:
            self.tally["events of rooms not opened"] += 1
        elif version <= last:
            self.tally["repeats"] += 1
        elif version > last + 1:
            self.tally["gaps"] += 1
        self.versions[room] = max(version, last or 0)

    def greeted(self, event: Event) -> None:
        assert isinstance(event.rooms, list)
        self.versions = {room.id: room.version for room in event.rooms}
        self.hello.set_result(event)

    def acknowledged(self, event: Event) -> None:
        assert event.id is not None
        if event.id in self.openings:
            room, version = self.openings.pop(event.id)
            self.versions[room] = version  # later events follow
        self.answers[event.id].set_result(event)

    def refused(self, event: Event) -> None:
        refusal = Refused(f"{event.code}: {event.detail}")
        if event.id in self.answers:
            self.answers[event.id].set_exception(refusal)
        else:
            self.tally["errors without a command"] += 1

    def gained(self, event: Event) -> None:
        assert isinstance(event.room, Room)
        self.versions[event.room.id] = max(event.room.version, self.versions.get(event.room.id, 0))

    def reset(self, event: Event) -> None:
        assert isinstance(event.room, int)
        self.tally["resets"] += 1
        self.versions[event.room] = event.version or 0

    HANDLERS = {
        "hello": greeted,
        "ack": acknowledged,
        "error": refused,
        "room.gained": gained,
        "room.reset": reset,
    }
