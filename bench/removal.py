"""Removal benchmark (`bin/removal-bench`): delays in live rooms during large removals elsewhere on the site.

There is one server with its own site, and people who post steadily in live rooms. All of them are also members of the
rooms that are removed. bench/removal_site.py removes them, as an operator of the site would.
"""

import argparse
import asyncio
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bench.fanout.contenders import PROJECT, Site, WholeRoomful
from bench.fanout.dialects import Roomful, Seat, body_of
from bench.fanout.figures import Size, percentile
from bench.files import allow_sockets
from testing.processes import Valkey

LIVE = Size(10, 5)
REMOVALS = ("delete", "trim", "purge")
MOST = 2.0  # multiples of the normal p99
PATIENCE = 900.0  # seconds, for one removal
DRAIN = 3.0
ACKS = re.compile(rb'"type":"ack","id":(\d+)')


@dataclass(frozen=True, slots=True)
class Scale:
    size: Size = LIVE
    rate: float = 40  # posts per second, in all rooms together
    messages: int = 100_000
    posts: int = 5_000
    calm: float = 15  # seconds, before each removal and after the last


QUICK = Scale(Size(2, 3), rate=40, messages=600, posts=300, calm=0.5)


@dataclass(slots=True)
class Times:
    """Times of posts during a removal, in seconds: until others have them, and until the ack."""

    what: str
    posts: int = 0
    elapsed: float = 0
    received: list[float] = field(default_factory=list)
    acked: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    seconds: float
    posts: int
    received: int
    p50_ms: float
    p99_ms: float
    times_p99: float
    ack_p50_ms: float
    ack_p99_ms: float
    times_ack_p99: float

    @property
    def holds(self) -> bool:
        return max(self.times_p99, self.times_ack_p99) <= MOST


class Tab(WSListener):
    """A client in one live room, which notes what arrives."""

    transport: WSTransport
    dialect = Roomful()

    def __init__(self, people: "People", seat: Seat) -> None:
        self.people, self.seat = people, seat
        self.arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def say(self, text: str) -> None:
        self.transport.send(WSMsgType.TEXT, text.encode())

    def arrive(self) -> None:
        if not self.arrived.done():
            self.arrived.set_result(None)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        now = time.perf_counter()
        for mark in self.dialect.marks(payload):
            self.people.receive(self, int(mark), now)
        if not self.arrived.done():
            self.dialect.hear(self, payload)
        for number in ACKS.findall(payload):
            self.people.acknowledge(int(number), now)


class People:
    """All clients in the live rooms. Posts are numbered, and a late delivery counts where its post belongs."""

    def __init__(self, rooms: Sequence[Sequence[Seat]]) -> None:
        self.rooms = [[Tab(self, seat) for seat in seats] for seats in rooms]
        self._sent: dict[int, tuple[float, Tab, Times]] = {}
        self._number = 1_000  # greater than the ids of other commands

    async def come(self, port: int) -> None:
        for tab in (tab for room in self.rooms for tab in room):
            headers = {"Origin": f"http://127.0.0.1:{port}", **tab.seat.headers}
            await ws_connect(lambda tab=tab: tab, f"ws://127.0.0.1:{port}{tab.seat.path}", extra_headers=headers)
            await asyncio.wait_for(tab.arrived, 60)

    async def post_steadily(self, rate: float, into: Times, until: Callable[[], bool]) -> None:
        """Post by the clock, however slow the server is. Rooms take turns, and so do the people in each."""
        began, numbers = time.perf_counter(), itertools.count()
        while not until():
            number = next(numbers)
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            room = self.rooms[number % len(self.rooms)]
            self._post(room[number // len(self.rooms) % len(room)], into)
        into.elapsed += time.perf_counter() - began

    def receive(self, tab: Tab, number: int, now: float) -> None:
        sent_at, author, into = self._sent[number]
        if tab is not author:
            into.received.append(now - sent_at)

    def acknowledge(self, number: int, now: float) -> None:
        if number in self._sent:
            sent_at, _, into = self._sent[number]
            into.acked.append(now - sent_at)

    def _post(self, tab: Tab, into: Times) -> None:
        self._number += 1
        into.posts += 1
        self._sent[self._number] = time.perf_counter(), tab, into
        post = {"type": "message.post", "id": self._number, "room": tab.seat.room, "client_id": str(uuid.uuid4())}
        tab.say(json.dumps(post | {"body": body_of(self._number)}))


class Administrator:
    """The operator of the site, as a process next to the server."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = os.environ | environment
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.removal_site"],
            cwd=PROJECT,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    async def do(self, what: str, **members: Any) -> Any:
        return await asyncio.to_thread(self._do, what, members)

    async def tidy(self) -> None:
        command = [sys.executable, "manage.py", "tidy", "--quiet"]
        process = await asyncio.create_subprocess_exec(*command, cwd=PROJECT, env=self._environment)
        assert await process.wait() == 0

    def end(self) -> None:
        self._process.communicate()

    def _do(self, what: str, members: dict[str, Any]) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([what, members]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def main() -> int:
    options = arguments()
    scale = QUICK if options.quick else Scale()
    allow_sockets(scale.size.rooms * scale.size.people)
    with site(scale) as (running, administrator):
        rows = rows_of(asyncio.run(measure(running, administrator, scale, options.only)))
    print(json.dumps([asdict(row) for row in rows], indent=2) if options.json else table(rows))
    return 0 if options.quick or all(row.holds for row in rows) else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/removal-bench", description="Measures live rooms while much is removed.")
    parser.add_argument("--quick", action="store_true", help="little of everything, without a bound: some seconds")
    parser.add_argument(
        "--only", choices=REMOVALS, nargs="+", default=REMOVALS, metavar="REMOVAL", help="/".join(REMOVALS)
    )
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@contextmanager
def site(scale: Scale) -> Iterator[tuple[Site, Administrator]]:
    with tempfile.TemporaryDirectory(prefix="removal-") as folder:
        (home := Path(folder, "valkey")).mkdir(mode=0o700)
        valkey = Valkey(home).start()
        try:
            roomful = WholeRoomful(Path(folder), valkey)
            roomful.prepare([scale.size])
            with roomful.running(scale.size) as running:
                free_of_cores(running.pid)
                administrator = Administrator(roomful.data | {"REDIS_URL": valkey.url})
                yield running, administrator
                administrator.end()
        finally:
            valkey.stop()


def free_of_cores(server: int) -> None:
    """Let server, database and clients share the machine's cores as usual."""
    for pid in (0, server):
        for task in os.listdir(f"/proc/{pid or os.getpid()}/task"):
            os.sched_setaffinity(int(task), range(os.cpu_count() or 1))


async def measure(
    running: Site, administrator: Administrator, scale: Scale, wanted: Sequence[str] = REMOVALS
) -> list[Times]:
    say("Filling rooms…")
    members = await administrator.do("members", rooms=[seats[0].room for seats in running.seats])
    rooms = await administrator.do(
        "fill",
        owner=f"owner{uuid.uuid4().hex[:8]}",
        people=members,
        to_delete=scale.messages if "delete" in wanted else 0,
        to_trim=scale.messages if "trim" in wanted else 0,
        to_purge=scale.posts,
    )
    by = {"by": rooms["by"]}
    people = People(running.seats)
    await people.come(running.port)

    async def delete() -> None:
        await administrator.do("delete", room=rooms["delete"], **by)
        assert await administrator.do("wait", seconds=PATIENCE)

    async def trim() -> None:
        await administrator.do("keep", room=rooms["trim"])
        await administrator.tidy()

    async def purge() -> None:
        assert await administrator.do("purge", room=rooms["purge"], user=rooms["user"], **by) == scale.posts
        assert await administrator.do("wait", seconds=PATIENCE)

    calm = Times("nothing")
    found = [calm]
    await during(people, scale.rate, Times("warming up"), asyncio.sleep(min(3, scale.calm)))
    removals: dict[str, tuple[str, Callable[[], Awaitable[None]]]] = {
        "delete": (f"a room of {scale.messages:,} messages is deleted", delete),
        "trim": (f"retention is applied to a room of {scale.messages:,} messages", trim),
        "purge": (f"{scale.posts:,} posts of one person are purged", purge),
    }
    for what, removal in (removals[each] for each in wanted):
        await during(people, scale.rate, calm, asyncio.sleep(scale.calm))
        say(f"{what}…")
        found.append(Times(what))
        await during(people, scale.rate, found[-1], removal())
    await during(people, scale.rate, calm, asyncio.sleep(scale.calm))
    await asyncio.sleep(DRAIN)
    for each in wanted:
        expected = scale.posts if each == "purge" else 0  # those of the other author
        assert await administrator.do("left", room=rooms[each]) == expected
    for times in found:
        assert (len(times.acked), len(times.received)) == (times.posts, times.posts * (scale.size.people - 1))
    return found


async def during(people: People, rate: float, into: Times, removal: Awaitable[object]) -> None:
    under_way = asyncio.ensure_future(removal)
    await people.post_steadily(rate, into, under_way.done)
    await under_way


def rows_of(found: Sequence[Times]) -> list[Row]:
    calm = found[0]
    return [
        Row(
            what=times.what,
            seconds=times.elapsed,
            posts=times.posts,
            received=len(times.received),
            p50_ms=1000 * percentile(times.received, 50),
            p99_ms=1000 * percentile(times.received, 99),
            times_p99=percentile(times.received, 99) / percentile(calm.received, 99),
            ack_p50_ms=1000 * percentile(times.acked, 50),
            ack_p99_ms=1000 * percentile(times.acked, 99),
            times_ack_p99=percentile(times.acked, 99) / percentile(calm.acked, 99),
        )
        for times in found
    ]


def table(rows: Sequence[Row]) -> str:
    lines = [
        "| meanwhile | s | posts | p50 ms | p99 ms | × normal | ack p50 ms | ack p99 ms | × normal |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        received = f"{row.p50_ms:.1f} | {row.p99_ms:.1f} | {row.times_p99:.2f}"
        acked = f"{row.ack_p50_ms:.1f} | {row.ack_p99_ms:.1f} | {row.times_ack_p99:.2f}"
        mark = "" if row.holds else " (!)"
        lines.append(f"| {row.what} | {row.seconds:.0f} | {row.posts:,} | {received} | {acked}{mark} |")
    return "\n".join(lines)


def say(what: str) -> None:
    print(what, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
