"""Measurement of one server with one size of crowd."""

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from bench.fanout.contenders import Site
from bench.fanout.cores import SERVER, Usage, busy_seconds, own_cpu_seconds
from bench.fanout.crowd import HANDSHAKES, Crowd
from bench.fanout.figures import Row, Size, percentile

MOST_IN_FLIGHT = 32  # messages: more than enough to keep every server busy, fewer than the core layer's capacity of 100
MOST_DUE = 16_000  # deliveries under way, so that even a slow server completes some within the measurement
STALL_SECONDS = 1.5
DRAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Saturated:
    deliveries_per_s: float
    cpu_us_per_delivery: float
    redis_cpu_us_per_delivery: float
    generator_busy: float
    others_busy: float


@dataclass(frozen=True, slots=True)
class Reading:
    """All counters at one moment."""

    time: float
    delivered: int
    core: float  # seconds of CPU, like those below; of the server's core, by all processes
    server: float
    redis: float
    generator: float

    @classmethod
    def now(cls, crowd: Crowd, site: Site) -> Self:
        server, redis = Usage.of(site.pid).cpu_seconds, Usage.of(site.valkey_pid).cpu_seconds
        return cls(time.perf_counter(), crowd.delivered, busy_seconds(SERVER), server, redis, own_cpu_seconds())

    def since(self, before: Self) -> Saturated:
        elapsed, deliveries = self.time - before.time, max(1, self.delivered - before.delivered)
        server, redis = self.server - before.server, self.redis - before.redis
        return Saturated(
            deliveries_per_s=deliveries / elapsed,
            cpu_us_per_delivery=1e6 * server / deliveries,
            redis_cpu_us_per_delivery=1e6 * redis / deliveries,
            generator_busy=(self.generator - before.generator) / elapsed,
            others_busy=max(0.0, self.core - before.core - server - redis) / elapsed,
        )


@dataclass(frozen=True, slots=True)
class Connected:
    connects_per_s: float
    bytes_per_connection: float


async def measure(site: Site, size: Size, seconds: float) -> Row:
    crowd = Crowd(site.dialect, site.seats)
    try:
        connected = await connect(crowd, site)
        with without_collecting_garbage():
            saturated = await saturate(crowd, site, size, seconds)
            await crowd.drain(DRAIN_SECONDS, STALL_SECONDS)
            await load_steadily(crowd, size.rate, seconds)
    finally:
        await crowd.leave()
    assert crowd.latencies is not None
    return Row(
        server=site.name,
        rooms=size.rooms,
        people=size.people,
        deliveries_per_s=saturated.deliveries_per_s,
        cpu_us_per_delivery=saturated.cpu_us_per_delivery,
        redis_cpu_us_per_delivery=saturated.redis_cpu_us_per_delivery,
        p50_ms=1000 * percentile(crowd.latencies, 50),
        p99_ms=1000 * percentile(crowd.latencies, 99),
        p99_last_ms=1000 * percentile(crowd.latencies_of_last, 99),
        lost=crowd.missing,
        duplicates=crowd.duplicates,
        sockets_lost=crowd.sockets_lost,
        connects_per_s=connected.connects_per_s,
        bytes_per_connection=connected.bytes_per_connection,
        messages_per_s=saturated.deliveries_per_s / size.people,
        load_messages_per_s=size.rate,
        generator_busy=saturated.generator_busy,
        others_busy=saturated.others_busy,
    )


async def connect(crowd: Crowd, site: Site) -> Connected:
    """Connect the crowd. The first sockets are not counted: for them, a server loads modules and starts threads."""
    first_ones = min(HANDSHAKES, len(crowd.people) // 2)
    first, others = crowd.people[:first_ones], crowd.people[first_ones:]
    await crowd.connect(first, site.port)
    await crowd.quiet(within=2)
    before, began = Usage.of(site.pid), time.perf_counter()
    await crowd.connect(others, site.port)
    seconds = time.perf_counter() - began
    await crowd.quiet(within=10)
    grown = Usage.of(site.pid).bytes - before.bytes
    return Connected(len(others) / seconds, grown / len(others))


async def saturate(crowd: Crowd, site: Site, size: Size, seconds: float) -> Saturated:
    crowd.begin_to_saturate(in_flight(size))
    await keep_going(crowd, seconds / 4, size)
    before = Reading.now(crowd, site)
    await keep_going(crowd, seconds, size)
    after = Reading.now(crowd, site)
    crowd.stop_saturating()
    return after.since(before)


async def keep_going(crowd: Crowd, seconds: float, size: Size) -> None:
    """Let the load run. If a lost message has stopped it, set more messages under way."""
    deadline = time.perf_counter() + seconds
    while (left := deadline - time.perf_counter()) > 0:
        before = crowd.delivered
        await asyncio.sleep(min(left, STALL_SECONDS))
        if crowd.delivered == before and left > STALL_SECONDS:
            crowd.begin_to_saturate(in_flight(size))


async def load_steadily(crowd: Crowd, rate: float, seconds: float) -> None:
    crowd.latencies = []
    await crowd.post_steadily(rate, seconds)
    await crowd.drain(DRAIN_SECONDS, STALL_SECONDS)


def in_flight(size: Size) -> int:
    return max(1, min(MOST_IN_FLIGHT, MOST_DUE // size.people))


@contextmanager
def without_collecting_garbage() -> Iterator[None]:
    """Turn garbage collection off: a pause of the generator would look like one of the server."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
