"""Presence benchmark (`bin/presence-bench`): the library's cost in Redis, and its delays.

Each measure starts its own trackers and views on a Valkey of the run, and returns figures. The costs in Redis are its
own counts: INFO commandstats, INFO cpu, SLOWLOG.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "presence.tests.settings"  # a project with only the library

import django
from channels.layers import get_channel_layer
from django.conf import settings
from django.test.utils import override_settings
from redis import Redis

from bench.storm import storm_of_sockets
from presence.conf import DEFAULTS
from presence.roster import Rosters
from presence.store import Store
from presence.tasks import end
from presence.topics import ONLINE, group
from presence.tracker import Tracker
from presence.watched import Diff
from testing.processes import Valkey

ROOM = "here.1"
NEVER = 3_600_000  # ms
STILL = {"LEASE_MS": NEVER, "HEARTBEAT_MS": NEVER, "SWEEP_MS": NEVER, "CHECK_MS": NEVER, "REPAIR_MS": NEVER}
# Commands that a client sends. Redis also counts calls within scripts and transactions, which are no round trips.
ROUND_TRIPS = ("evalsha", "eval", "exec", "mget")
PATIENCE = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Figure:
    what: str
    value: float
    unit: str
    within: float | None = None
    """The bound, if there is one."""

    @property
    def holds(self) -> bool:
        return self.within is None or self.value <= self.within


@dataclass(frozen=True, slots=True)
class Scale:
    few: int = 10
    many: int = 5_000
    crowd: int = 10_000
    storm: int = 1_000
    heartbeats: int = 30
    reads: int = 21


QUICK = Scale(many=500, crowd=1_000, storm=100, heartbeats=5, reads=5)
Measure = Callable[[Redis, Scale], Coroutine[Any, Any, list[Figure]]]


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="presence-") as folder:
        valkey = Valkey(Path(folder))
        try:
            scale = QUICK if options.quick else Scale()
            with on(valkey.start().url):
                django.setup()
                figures = [*measured(valkey, scale), *through_sockets(Path(folder), valkey, scale)]
        finally:
            valkey.stop()
    print(json.dumps([asdict(figure) for figure in figures], indent=2) if options.json else table(figures))
    return 0 if all(figure.holds for figure in figures) else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/presence-bench", description="Measures the presence library.")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything: some seconds")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def on(url: str) -> override_settings:
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}
    return override_settings(
        PRESENCE=DEFAULTS | {"REDIS_URL": url},
        CHANNEL_LAYERS={"default": layer | {"CONFIG": {"hosts": [{"address": url, "socket_timeout": None}]}}},
    )


def measured(valkey: Valkey, scale: Scale) -> Iterator[Figure]:
    measures: Sequence[Measure] = (comings_and_goings, heartbeats, memory, snapshots, sweep, storm)
    for measure in measures:
        with valkey.client() as redis:
            redis.flushall()
            say(measure)
            yield from asyncio.run(measure(redis, scale))


def say(measure: Callable[..., Any]) -> None:
    print(f"{measure.__name__.replace('_', ' ')}…", file=sys.stderr, flush=True)


# -- Measures ----------------------------------------------------------------------------------------------------------


async def comings_and_goings(redis: Redis, scale: Scale) -> list[Figure]:
    """Measure one user who comes and goes, with nothing else going on."""
    async with tracker(**STILL) as mine:
        fill(mine, 1)  # loads the scripts
        await mine.settled()
        figures = []
        acts: dict[str, Callable[[], None]] = {
            "a join": lambda: mine.track(ROOM, 7, "tab"),
            "a leave": lambda: mine.untrack(ROOM, 7, "tab"),
            "a touch": lambda: mine.touch(7),
        }
        for name, act in acts.items():
            before = round_trips(redis)
            act()
            await mine.settled()
            figures.append(Figure(name, round_trips(redis) - before, "round trips", within=1))
    return figures


async def heartbeats(redis: Redis, scale: Scale) -> list[Figure]:
    """Count the calls per heartbeat, with few and with many connections. Sweeps and repairs are off."""
    figures = []
    beat_ms = 100
    for people in (scale.few, scale.many):
        async with tracker(**STILL | {"HEARTBEAT_MS": beat_ms}) as mine:
            fill(mine, people)
            await mine.settled()
            before = round_trips(redis)
            await asyncio.sleep(scale.heartbeats * beat_ms / 1000)
            calls = (round_trips(redis) - before) / scale.heartbeats
        figures.append(Figure(f"a heartbeat of a process with {people:,} connections", calls, "round trips", within=1))
    return figures


async def memory(redis: Redis, scale: Scale) -> list[Figure]:
    """Measure the memory of one more connection that is online and in a room, each of a different user."""
    async with tracker(**STILL) as mine:
        fill(mine, 1)
        await mine.settled()
        before = redis.info("memory")["used_memory"]
        fill(mine, scale.many)
        await mine.settled()
        grown = redis.info("memory")["used_memory"] - before
    return [Figure("Redis, for each connection on two topics", grown / (scale.many - 1), "bytes")]


async def snapshots(redis: Redis, scale: Scale) -> list[Figure]:
    """Read everyone on a topic repeatedly."""
    async with tracker(**STILL) as mine:
        fill(mine, scale.crowd)
        await mine.settled()
        store, seconds = Store(), []
        before = cpu_seconds(redis)
        for _ in range(scale.reads):
            began = time.perf_counter()
            await store.snapshots([ROOM])
            seconds.append(time.perf_counter() - began)
        on_server = (cpu_seconds(redis) - before) / scale.reads
        await store.close()
    return [
        Figure(f"a snapshot of {scale.crowd:,} people, in Redis", 1000 * on_server, "ms of CPU", within=20),
        Figure(f"a snapshot of {scale.crowd:,} people, for who asks", 1000 * median(seconds), "ms"),
    ]


async def sweep(redis: Redis, scale: Scale) -> list[Figure]:
    """Stop a process with all its connections, and measure another one sweeping them."""
    times = {"LEASE_MS": 1_000, "HEARTBEAT_MS": 300, "SWEEP_MS": 100}
    async with tracker(**STILL | times) as survivor, tracker(**STILL | times) as mine:
        fill(mine, scale.many)
        await mine.settled()
        await survivor.settled()
        await end(mine._tasks)
        lease = f"{{presence}}:node:{mine.node}"
        await until(lambda: not redis.exists(lease))
        began, before = time.perf_counter(), cpu_seconds(redis)
        redis.config_set("slowlog-log-slower-than", 1_000)  # µs
        await until(lambda: not redis.exists(f"{{presence}}:topic:{ROOM}"))
        seconds = time.perf_counter() - began
        busy = cpu_seconds(redis) - before
        scripts = [entry["duration"] / 1000 for entry in redis.slowlog_get(128)]
    return [
        Figure(f"a sweep of {scale.many:,} connections, in Redis", 1000 * busy, "ms of CPU"),
        Figure("one of its scripts, in which Redis serves nobody else", median(scripts or [0.0]), "ms"),
        Figure("from the end of the lease until all are gone", seconds, "s", within=3),
    ]


async def storm(redis: Redis, scale: Scale) -> list[Figure]:
    """Let many users join one topic at once, over four processes that each have a view."""
    async with process() as one, process() as two, process() as three, process() as four:
        all_of_them = (one, two, three, four)
        for each in all_of_them:
            await each.watch(ROOM)
            await each.tracker.settled()
        began = time.perf_counter()
        for user in range(scale.storm):
            fill_one(all_of_them[user % 4].tracker, user)
        await until(lambda: all(len(each.rosters.people(ROOM)) == scale.storm for each in all_of_them))
        seconds = time.perf_counter() - began
        diffs = max(each.diffs for each in all_of_them)
    return [
        Figure(f"{scale.storm:,} join at once: until all views have them", seconds, "s", within=3),
        Figure("diffs that a view got meanwhile, at most", diffs, "diffs", within=10),
    ]


def through_sockets(folder: Path, valkey: Valkey, scale: Scale) -> list[Figure]:
    say(storm_of_sockets)
    told = storm_of_sockets(folder, valkey, scale.storm)
    what = f"{scale.storm:,} sockets open one room at once"
    return [
        Figure(f"{what}: those who were not told of all", scale.storm - told["seen"], "sockets", within=0),
        Figure(f"{what}: until the last was told of all", told["seconds"], "s", within=3),
        Figure(f"{what}: frames about presence, to whoever got the most", told["frames"], "frames", within=10),
        Figure(f"{what}: all that it got", told["kilobytes"], "KB"),
    ]


# -- Processes ---------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def tracker(**times: int) -> AsyncIterator[Tracker]:
    with override_settings(PRESENCE=settings.PRESENCE | times):
        started = Tracker()
        started.start()
        yield started
        await started.stop(linger_ms=0)


class Process:
    """A tracker and a view, with hints over the channel layer, as in a server."""

    def __init__(self) -> None:
        self.tracker = Tracker()
        self.rosters = Rosters(self._count, lambda available: None)
        self.diffs = 0
        self._layer = get_channel_layer()

    async def watch(self, topic: str) -> None:
        self.tracker.start()
        self._channel = await self._layer.new_channel()
        await self._layer.group_add(group(topic), self._channel)
        self._reader = asyncio.create_task(self._read())
        await self.rosters.watch(topic)

    async def stop(self) -> None:
        await self.tracker.stop(linger_ms=0)
        await self.rosters.stop()
        await end([self._reader])

    def _count(self, topic: str, diff: Diff) -> None:
        self.diffs += 1

    async def _read(self) -> None:
        while True:
            self.rosters.receive(await self._layer.receive(self._channel))


@asynccontextmanager
async def process() -> AsyncIterator[Process]:
    started = Process()
    yield started
    await started.stop()


def fill(mine: Tracker, people: int) -> None:
    for user in range(people):
        fill_one(mine, user)


def fill_one(mine: Tracker, user: int) -> None:
    """Track a user as a server does: online and in a room. The id is as long as one of Channels."""
    for topic in (ONLINE, ROOM):
        mine.track(topic, user, f"specific.0123456789abcdef0123456789abcdef!{user:032}")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


# -- Counts of Redis ---------------------------------------------------------------------------------------------------


def round_trips(redis: Redis) -> int:
    stats = redis.info("commandstats")
    return sum(stats.get(f"cmdstat_{name}", {"calls": 0})["calls"] for name in ROUND_TRIPS)


def cpu_seconds(redis: Redis) -> float:
    """Return the CPU time of Redis' main thread. Unlike Redis' own timings, it excludes the time of other programs."""
    cpu = redis.info("cpu")
    return float(cpu["used_cpu_user_main_thread"] + cpu["used_cpu_sys_main_thread"])


def table(figures: Sequence[Figure]) -> str:
    lines = ["| what | measured | required |", "| --- | ---: | ---: |"]
    for figure in figures:
        required = "" if figure.within is None else f"at most {figure.within:g}{'' if figure.holds else ' (!)'}"
        lines.append(f"| {figure.what} | {figure.value:,.2f} {figure.unit} | {required} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
