"""A crowd whose tabs open one room at once, and the events about presence that each of them gets.

It runs in its own process, so that it takes no time from the process that measures. It prints `ready` once all tabs
are connected, begins at the next line of its input, and ends with one line of JSON, a `Storm`:

    python -m chat.tests.helpers.storm ROOM SECONDS URL ORIGIN [URL ORIGIN …] < cookies

The cookies come first, one a line, then an empty line. It ends when every tab sees all others, or after SECONDS.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import cycle

import msgspec
from asgiref.sync import sync_to_async
from django.conf import settings
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from testing.machine import patience
from testing.processes import Server

HANDSHAKES = 50  # that are under way at a time
CONNECT_SECONDS = 60.0  # seconds, until all tabs are connected
QUIET = 1.5  # seconds after the end; late events are still counted
ABOUT_PRESENCE = "presence."


@dataclass(frozen=True, slots=True)
class Storm:
    seconds: float  # seconds from the first command until the last tab knew that all are here
    opened: float  # until the last command was acknowledged
    seen: int  # tabs that have received this
    frames: int  # presence frames of the tab that got most
    median_frames: float
    kilobytes: float  # in all, to the tab that got most


class Counts(msgspec.Struct):
    here: int


class Event(msgspec.Struct):
    type: str
    counts: Counts | None = None


_decode = msgspec.json.Decoder(list[Event]).decode


class Tab(WSListener):
    transport: WSTransport

    def __init__(self, crowd: "Crowd") -> None:
        self.crowd = crowd
        self.frames = self.bytes = 0
        self.opened_at = self.seen_at = 0.0
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def open(self, room: int) -> None:
        command = {"type": "room.open", "id": 1, "room": room, "since": None}
        self.transport.send(WSMsgType.TEXT, json.dumps(command).encode())

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type != WSMsgType.TEXT:
            return
        payload = frame.get_payload_as_bytes()
        events = _decode(payload)
        if not self.greeted.done():
            self.greeted.set_result(None)
        if self.crowd.began_at:
            self.bytes += len(payload)
            self.frames += any(event.type.startswith(ABOUT_PRESENCE) for event in events)
            for event in events:
                self._hear(event)

    def _hear(self, event: Event) -> None:
        if event.type == "ack":
            self.opened_at = time.perf_counter()
        elif event.counts and event.counts.here == len(self.crowd.tabs) and not self.seen_at:
            self.seen_at = time.perf_counter()
            self.crowd.note_one_that_sees_all()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if not self.greeted.done():
            self.greeted.set_exception(ConnectionError("The server closed a socket before it was greeted."))


class Crowd:
    def __init__(self) -> None:
        self.tabs: list[Tab] = []
        self.began_at = 0.0
        self.sees_all = 0
        self.all_see_all = asyncio.Event()

    def note_one_that_sees_all(self) -> None:
        self.sees_all += 1
        if self.sees_all == len(self.tabs):
            self.all_see_all.set()

    async def connect(self, cookies: Sequence[str], places: Sequence[tuple[str, str]]) -> None:
        at_a_time = asyncio.Semaphore(HANDSHAKES)

        async def connect_one(cookie: str, url: str, origin: str) -> None:
            tab = Tab(self)
            headers = {"Origin": origin, "Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
            async with at_a_time:
                await ws_connect(
                    lambda: tab, url, extra_headers=headers, websocket_handshake_timeout=patience(CONNECT_SECONDS)
                )
                await asyncio.wait_for(tab.greeted, patience(CONNECT_SECONDS))
            self.tabs.append(tab)

        seats = zip(cookies, cycle(places))
        await asyncio.gather(*(connect_one(cookie, *place) for cookie, place in seats))

    async def open(self, room: int, seconds: float) -> Storm:
        self.began_at = time.perf_counter()
        for tab in self.tabs:
            tab.open(room)
        with suppress(TimeoutError):  # `seen` shows it
            await asyncio.wait_for(self.all_see_all.wait(), seconds)
        await asyncio.sleep(QUIET)
        frames = [tab.frames for tab in self.tabs]
        return Storm(
            seconds=max(tab.seen_at for tab in self.tabs) - self.began_at,
            opened=max(tab.opened_at for tab in self.tabs) - self.began_at,
            seen=self.sees_all,
            frames=max(frames),
            median_frames=statistics.median(frames),
            kilobytes=max(tab.bytes for tab in self.tabs) / 1000,
        )


class Rehearsed:
    """A connected crowd in its own process that waits for the signal to begin."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def begin(self) -> Storm:
        output, _ = await self._process.communicate(b"go\n")
        return Storm(**json.loads(output))


async def gather(cookies: Sequence[str], room: int, *servers: Server, seconds: float = 30) -> Rehearsed:
    """Connect one tab for each cookie, spread over the servers."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chat.tests.helpers.storm", str(room), str(seconds)),
        *(argument for server in servers for argument in (f"ws://127.0.0.1:{server.port}/ws/", server.origin)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=settings.BASE_DIR,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write("".join(f"{cookie}\n" for cookie in [*cookies, ""]).encode())
    ready = await process.stdout.readline()
    assert ready, "The crowd did not get in."
    return Rehearsed(process)


async def main(room: int, seconds: float, places: Sequence[tuple[str, str]]) -> None:
    cookies = [line.strip() for line in iter(sys.stdin.readline, "\n")]
    crowd = Crowd()
    await crowd.connect(cookies, places)
    print("ready", flush=True)
    await sync_to_async(sys.stdin.readline)()
    print(json.dumps(asdict(await crowd.open(room, seconds))))


if __name__ == "__main__":
    room, seconds, *rest = sys.argv[1:]
    asyncio.run(main(int(room), float(seconds), list(zip(rest[::2], rest[1::2], strict=True))))
