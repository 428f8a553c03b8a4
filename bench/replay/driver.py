"""Driver that plays logs against a running server: each in its own room, all at once, through sockets only."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import WebSocketException

from bench.replay.logs import Join, Leave, Line, Log, Message, Notice
from bench.replay.people import Attendance
from bench.replay.socket import Event, Refused, Room, Socket


@dataclass(frozen=True, slots=True)
class Posted:
    """A message, as the log or the room's history has it."""

    author: str
    kind: str
    body: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Site:
    url: str
    cookies: dict[str, str]
    speed: float | None  # times real time; None: as fast as possible


def narrator(log: Log) -> str:
    """Return the name of the user who creates the room and posts its notices. IRC nicknames contain no space."""
    return f"narrator of {log.name}"


def cannot_be_posted(body: str, limit: int) -> bool:
    """Return whether the server refuses the body by its rule (docs/protocol.md, "Text")."""
    return not body.strip() or "\0" in body or len(body) > limit


@dataclass
class Replay:
    """One log, played into its room."""

    log: Log
    site: Site
    room: int = 0
    began_at: int = 0  # the room's version before the first line
    body_limit: int = 0
    posted: list[Posted] = field(default_factory=list)
    left_out: list[Posted] = field(default_factory=list)
    attendance: Attendance = field(default_factory=Attendance)
    tally: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    sockets: dict[str, Socket] = field(default_factory=dict)
    closing: set[asyncio.Task[None]] = field(default_factory=set)
    seconds: float = 0

    @property
    def narrator(self) -> str:
        return narrator(self.log)

    async def open_the_room(self) -> None:
        await self.enter(self.narrator)

    async def play(self) -> None:
        began = time.monotonic()
        for minutes, line in self.log.lines:
            await self.wait_for(minutes, began)
            await self.tell(line)
        self.seconds = time.monotonic() - began

    async def wait_for(self, minutes: int, began: float) -> None:
        if self.site.speed:
            await asyncio.sleep(max(0.0, began + minutes * 60 / self.site.speed - time.monotonic()))

    async def tell(self, line: Line) -> None:
        for move in self.attendance.moves(line):
            await self.attempt(self.move(move), move.nickname)
        match line:
            case Message(nickname, kind, body):
                await self.say(nickname, kind, body)
            case Notice(body):
                await self.say(self.narrator, "notice", body)

    async def move(self, move: Join | Leave) -> None:
        match move:
            case Join(nickname):
                await self.enter(nickname)
            case Leave(nickname):
                self.leave(nickname)

    async def enter(self, nickname: str) -> None:
        socket = await Socket.open(self.site.url, self.site.cookies[nickname], self.tally)
        self.sockets[nickname] = socket
        joined = (await socket.command("room.join", name=self.log.name, create=True)).room
        assert isinstance(joined, Room)
        self.room, self.body_limit = joined.id, limit_of(await socket.hello)
        self.began_at = self.began_at or joined.version
        await socket.open_room(joined.id, joined.version)

    def leave(self, nickname: str) -> None:
        """Close the socket in the background, while the log goes on."""
        task = asyncio.create_task(self.sockets.pop(nickname).close())
        self.closing.add(task)
        task.add_done_callback(self.closing.discard)

    async def say(self, nickname: str, kind: str, body: str) -> None:
        message = Posted(nickname, kind, body, str(uuid.uuid4()))
        if cannot_be_posted(body, self.body_limit):
            self.left_out.append(message)
        else:
            self.posted.append(message)
            await self.attempt(self.post(message), nickname)

    async def post(self, message: Posted) -> None:
        members = {"kind": message.kind, "body": message.body, "client_id": message.client_id}
        await self.sockets[message.author].command("message.post", room=self.room, **members)

    async def attempt(self, act: Coroutine[Any, Any, Any], nickname: str) -> None:
        """Run it, and record errors, so that the log goes on."""
        try:
            await act
        except (Refused, OSError, TimeoutError, WebSocketException, KeyError) as error:
            self.errors.append(f"{nickname}: {error!r}")

    async def people_here(self) -> set[str]:
        """Return the people in the sidebar of a socket that connects now, without the narrator."""
        snapshot: asyncio.Future[Event] = asyncio.get_running_loop().create_future()

        def watch(event: Event) -> None:
            if event.type == "presence.snapshot" and event.known and not snapshot.done():
                snapshot.set_result(event)

        socket = await Socket.open(self.site.url, self.site.cookies[self.narrator], self.tally, watch)
        try:
            await socket.open_room(self.room, socket.versions[self.room])
            people = (await asyncio.wait_for(snapshot, 30)).people or []
            page = {"room": self.room, "offset": len(people)}  # a large room comes in pages
            while more := (await socket.command("roster.page", **page)).people:
                people += more
                page["offset"] += len(more)
        finally:
            await socket.close()
        return {person.name for person in people if person.here} - {self.narrator}

    async def close(self) -> None:
        for nickname in list(self.sockets):
            self.leave(nickname)
        await asyncio.gather(*self.closing)


def limit_of(hello: Event) -> int:
    assert hello.limits is not None
    return hello.limits.body_length
