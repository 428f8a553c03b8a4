"""A member who causes the maximum load: all tabs that are allowed, ten readers of long lists, and pictures.

It runs in its own process, so that it takes no time from the process that measures:

    python -m chat.tests.helpers.hoard PORT ORIGIN COOKIE ROOM MESSAGE PEOPLE TABS SECONDS

PEOPLE are ids, separated by commas. It obeys `retry_after`, so everything that it sends is within the limits.
"""

import asyncio
import itertools
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

from asgiref.sync import sync_to_async
from django.conf import settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from accounts.tests.helpers.pictures import costliest, upload
from testing.processes import Server
from testing.sockets import session_cookie

READERS = 10
PAINTERS = 2  # threads that upload pictures
LONG = "日" * 9_990  # three bytes each, on the wire and in the database
COSTLY = "**a**" * 1_200  # to render, and to send to every member of the room
TOKEN = "a" * 32
PICTURE = "/accounts/profile/picture/"

Command = dict[str, Any]


def pages_of(room: int, message: int) -> list[str]:
    """Return the paths of the longest lists."""
    below = f"/rooms/{room}/"
    return ["/", below, f"{below}pins/", f"{below}messages/{message}/edits/", f"{below}history/?before=999999"]


class Hoard:
    """A load that counts its commands by type, its requests by path, and refusals."""

    def __init__(self, port: int, origin: str, cookie: str, room: int, message: int, people: list[int]) -> None:
        self._port, self._origin, self._room, self._message = port, origin, room, message
        self._headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
        self._host = origin.partition("//")[2]
        self._people = people
        self._picture = costliest()
        self._numbers = itertools.count()
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    async def go_on(self, tabs: int, seconds: float) -> None:
        end = time.monotonic() + seconds
        with ThreadPoolExecutor(READERS + PAINTERS) as pool:  # asyncio's own pool has few threads on a small machine
            run = partial(asyncio.get_running_loop().run_in_executor, pool)
            threads = [run(self._read, end, number) for number in range(READERS)]
            threads += [run(self._paint, end) for _ in range(PAINTERS)]
            await asyncio.gather(*threads, *(self._tab(end) for _ in range(tabs)))

    async def _tab(self, end: float) -> None:
        url, origin = f"ws://127.0.0.1:{self._port}/ws/", Origin(self._origin)
        pauses: dict[str, float] = {}
        with suppress(ConnectionClosed):
            async with connect(url, origin=origin, additional_headers=self._headers, proxy=None, max_size=None) as ws:
                for command in self._commands():
                    if time.monotonic() > end:
                        return
                    if pauses.get(command["type"], 0) > time.monotonic():
                        await asyncio.sleep(0.01)
                        continue
                    await ws.send(json.dumps(command))
                    answer = await self._answer(ws, command["id"])
                    self._note(command["type"], answer.get("code"))
                    pauses[command["type"]] = time.monotonic() + answer.get("retry_after", 0)

    def _commands(self) -> Iterator[Command]:
        for number in self._numbers:
            others = random.sample(self._people, k=min(9, len(self._people)))
            post = {"type": "message.post", "room": self._room, "client_id": str(uuid4()), "body": COSTLY}
            edit = {"type": "message.edit", "message": self._message, "body": f"{number} {LONG}"}
            yield from (
                {"id": number} | edit | {"room": self._room},
                {"id": number} | post,
                {"id": number, "type": "room.join", "name": f"hoard {number}", "create": True},
                {"id": number, "type": "direct.open", "people": others[: random.randint(1, len(others))]},
                {"id": number, "type": "room.open", "room": self._room, "since": None},
            )

    async def _answer(self, ws: Any, number: int) -> Command:
        while True:
            for event in json.loads(await ws.recv()):
                if event["type"] in ("ack", "error") and event["id"] == number:
                    return dict(event)

    def _read(self, end: float, first: int) -> None:
        pages = pages_of(self._room, self._message)
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=60)) as connection:
            for path in itertools.islice(itertools.cycle(pages), first, None):
                if time.monotonic() > end:
                    return
                connection.request("GET", path, headers={**self._headers, "Host": self._host})
                response = connection.getresponse()
                response.read()
                self._note(path, None if response.status == 200 else str(response.status))
                time.sleep(min(float(response.headers.get("Retry-After", 0)), 1))

    def _paint(self, end: float) -> None:
        """Upload the same picture again and again, as a form of the page does."""
        fields = {"csrfmiddlewaretoken": TOKEN, "left": "0", "top": "0", "side": "256"}
        body = encode_multipart(BOUNDARY, fields | {"picture": upload(self._picture, "picture.jpg", "image/jpeg")})
        cookies = f"{self._headers['Cookie']}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        headers = {"Cookie": cookies, "Content-Type": MULTIPART_CONTENT, "Origin": self._origin, "Host": self._host}
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=60)) as connection:
            while time.monotonic() < end:
                connection.request("POST", PICTURE, body, headers)
                response = connection.getresponse()
                response.read()
                self._note(PICTURE, None if response.status == 302 else str(response.status))
                time.sleep(min(float(response.headers.get("Retry-After", 0)), 1))

    def _note(self, what: str, refusal: str | None) -> None:
        if refusal:
            self.refused[f"{what} {refusal}"] += 1
        else:
            self.done[what] += 1


async def start(
    server: Server, hoarder: Any, room: int, message: int, people: list[int], *, tabs: int, seconds: float
) -> asyncio.subprocess.Process:
    """Start the load, and return once it has begun."""
    cookie = await sync_to_async(session_cookie)(hoarder)
    given = [server.port, server.origin, cookie, room, message, ",".join(map(str, people)), tabs, seconds]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chat.tests.helpers.hoard"),
        *map(str, given),
        stdout=asyncio.subprocess.PIPE,
        cwd=settings.BASE_DIR,
    )
    assert process.stdout
    await process.stdout.readline()
    return process


async def main(port: str, origin: str, cookie: str, room: str, message: str, people: str, tabs: str, end: str) -> None:
    hoard = Hoard(int(port), origin, cookie, int(room), int(message), [int(pk) for pk in people.split(",")])
    print("begun", flush=True)
    await hoard.go_on(int(tabs), float(end))
    print(json.dumps({"done": hoard.done, "refused": hoard.refused}))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
