"""A client that floods a room, and the latency of the others meanwhile.

`flood` measures round trips between two users in a room, with and without a third user who floods it. The flood has its
own process, so that it takes no time from the process that measures:

    python -m chat.tests.helpers.flood URL ORIGIN COOKIE ROOM RATE SECONDS
"""

import asyncio
import json
import statistics
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from asgiref.sync import sync_to_async
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from testing.processes import Server
from testing.sockets import Client, session_cookie

if TYPE_CHECKING:
    from accounts.models import User
    from chat.models import Room

PAUSE = 0.05  # seconds between round trips: each user posts fewer than ten a second, and so is not limited
TICK = 0.01  # seconds
OK = 1000


@dataclass(frozen=True, slots=True)
class RoundTrips:
    """Milliseconds from sending a post until it is acknowledged and has reached another user."""

    count: int
    median: float
    p95: float

    @classmethod
    def of(cls, seconds: list[float]) -> "RoundTrips":
        times = sorted(1000 * each for each in seconds)
        return cls(len(times), statistics.median(times), times[int(0.95 * len(times))])


@dataclass(frozen=True, slots=True)
class Flood:
    sent: int
    stored: int
    limited: int
    longest_wait: float  # longest `retry_after` that it got, in seconds
    close_code: int | None  # None if it was not closed


@dataclass(frozen=True, slots=True)
class Figures:
    quiet: RoundTrips  # without a flood
    elsewhere: RoundTrips  # while it goes to another server on the same machine
    here: RoundTrips  # while it goes to the measured server
    flood: Flood  # the flood on the measured server


async def flood(
    server: Server,
    decoy: Server,
    room: "Room",
    by: "User",
    between: tuple["User", "User"],
    rate: int = 1000,
    seconds: float = 5,
) -> Figures:
    """Let one user post `rate` times a second, and measure two others on `server`. All three are in the room.

    The flood slows down a small machine in either case. Its effect on the users of the server is the difference between
    `here` and `elsewhere`, where the same flood goes to the decoy.
    """
    cookie = await sync_to_async(session_cookie)(by)
    async with Client(server, between[0]) as one, Client(server, between[1]) as other:
        await round_trips(one, other, room, 0.5)  # warm up
        quiet = await round_trips(one, other, room, seconds)
        rounds = []
        for flooded in (decoy, server):
            flooder = await start(flooded, cookie, room.pk, rate, seconds + 1)
            trips = await round_trips(one, other, room, seconds)
            rounds.append((trips, Flood(**json.loads((await flooder.communicate())[0]))))
    (elsewhere, _), (here, told) = rounds
    return Figures(quiet, elsewhere, here, told)


async def start(server: Server, cookie: str, room: int, rate: int, seconds: float) -> asyncio.subprocess.Process:
    """Start the flood, and return once it has begun."""
    flooder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chat.tests.helpers.flood"),
        *(f"ws://127.0.0.1:{server.port}/ws/", server.origin, cookie, str(room), str(rate), str(seconds)),
        stdout=asyncio.subprocess.PIPE,
        cwd=settings.BASE_DIR,
    )
    assert flooder.stdout
    await flooder.stdout.readline()
    return flooder


async def round_trips(one: Client, other: Client, room: "Room", seconds: float) -> RoundTrips:
    """Let the two users post in turn, and measure each round trip."""
    taken: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        ack = await one.command("message.post", room=room.pk, client_id=str(uuid4()), body="Hello")
        await other.event("message.posted", version=ack["message"]["version"])
        taken.append(time.perf_counter() - began)
        await asyncio.sleep(PAUSE)
        one, other = other, one
    return RoundTrips.of(taken)


async def main(url: str, origin: str, cookie: str, room: int, rate: int, seconds: float) -> None:
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
    told: list[dict[str, Any]] = []
    async with connect(url, origin=Origin(origin), additional_headers=headers, proxy=None, max_queue=None) as socket:
        reading = asyncio.create_task(read(socket, told))
        print("begun", flush=True)
        sent = await post_at(socket, room, rate, seconds)
        await asyncio.sleep(1)  # for the last answers
    await reading
    limited = [event["retry_after"] for event in told if event["type"] == "error" and event["code"] == "limited"]
    acks = sum(event["type"] == "ack" for event in told)
    closed = socket.close_code if socket.close_code != OK else None
    print(json.dumps(asdict(Flood(sent, acks, len(limited), max(limited, default=0), closed))))


async def post_at(socket: ClientConnection, room: int, rate: int, seconds: float) -> int:
    began, sent = time.monotonic(), 0
    with suppress(ConnectionClosed):
        while (elapsed := time.monotonic() - began) < seconds:
            for number in range(sent, int(elapsed * rate)):
                members = {"room": room, "client_id": str(uuid4()), "body": "Me!"}
                await socket.send(json.dumps({"type": "message.post", "id": number, **members}))
                sent += 1
            await asyncio.sleep(TICK)
    return sent


async def read(socket: ClientConnection, told: list[dict[str, Any]]) -> None:
    with suppress(ConnectionClosed):
        async for frame in socket:
            told += [event for event in json.loads(frame) if event["type"] in ("ack", "error")]


if __name__ == "__main__":
    url, origin, cookie, room, rate, seconds = sys.argv[1:]
    asyncio.run(main(url, origin, cookie, int(room), int(rate), float(seconds)))
