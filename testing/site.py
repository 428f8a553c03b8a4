"""`python -m testing.site`: our server, with a door through which tests ask if it is idle.

Clients of the Unix socket TEST_DOOR get the `State` as JSON, as soon as no connection, no room and no request is left,
or after TEST_REST_SECONDS. Lingering users leave first, so that the next test finds no user present.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from testing.machine import patience

LOOK_SECONDS = 0.01
REST_SECONDS = float(os.environ.get("TEST_REST_SECONDS", "15"))


@dataclass(frozen=True, slots=True)
class State:
    """The state of a server."""

    connections: int  # sockets in the hub
    rooms: int  # in the hub
    applications: int  # requests and sockets in progress
    lent: int  # connections lent out by PostgreSQL's pools
    announced: bool  # True if it shows an announcement

    @property
    def is_at_rest(self) -> bool:
        return not (self.connections or self.rooms or self.applications or self.lent)


def state_of(applications: int, lent: int) -> State:
    from chat.hub import running_hub

    hub = running_hub()
    return State(
        connections=sum(map(len, hub.connections.values())) if hub else 0,
        rooms=len(list(hub.rooms)) if hub else 0,
        applications=applications,
        lent=lent,
        announced=bool(hub and hub.announcement.shown),
    )


async def rest(applications: Callable[[], int], lent: Callable[[], int] = int) -> State:
    """Wait until the running hub is idle and both counts, of running applications and of lent connections, are 0."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience(REST_SECONDS)
    # The hub sends no signal when it is idle.
    while not (state := state_of(applications(), lent())).is_at_rest and loop.time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)
    if state.is_at_rest:
        await end_lingering()
    return state


async def end_lingering() -> None:
    """Make lingering users leave now, hide users who decided to, and wait until last-seen times are stored."""
    from chat.background.last_seen import last_seen
    from presence.keys import key
    from presence.tracker import get_tracker

    tracker = get_tracker()
    await tracker.settled()
    if tracker.available:
        redis = tracker._store.redis
        for name in (key("lingering"), key("hiding")):
            for member in await redis.zrange(name, 0, -1):
                await redis.zadd(name, {str(member): 0})
        await tracker._writer.while_available(tracker._writer.sweep)
    if writing := last_seen()._writing:
        await writing


async def open_door(server: Any, path: Path) -> None:
    from project.server.drain import _working
    from testing.database import lent

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(json.dumps(asdict(await rest(lambda: len(_working(server)), lent))).encode())
        writer.close()

    await asyncio.start_unix_server(answer, path)


if __name__ == "__main__":
    import django

    django.setup()

    from project.server import daphne as ours  # first, since it chooses the reactor

    from twisted.internet import reactor  # isort: skip

    class Server(ours.Server):
        def run(self) -> None:
            door = Path(os.environ["TEST_DOOR"])
            reactor.callWhenRunning(lambda: asyncio.ensure_future(open_door(self, door)))
            super().run()

    class CommandLine(ours.CommandLine):
        server_class = Server

    CommandLine().run(sys.argv[1:])
