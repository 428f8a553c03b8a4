from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from pytest_django import Settings
from redis import Redis

from presence import reads
from presence.conf import DEFAULTS
from presence.tests.helpers.processes import Process
from presence.tests.helpers.valkey import Valkey
from presence.tracker import Tracker

SHORT = {
    "LEASE_MS": 1_500,
    "HEARTBEAT_MS": 400,
    "LINGER_MS": 300,
    "SWEEP_MS": 100,
    "CHECK_MS": 200,
}


@pytest.fixture(scope="session")
def own_valkey() -> Iterator[Valkey]:
    """A Valkey for the tests, started by the first test that uses `valkey`."""
    valkey = Valkey()
    yield valkey
    valkey.remove()


@pytest.fixture
def valkey(own_valkey: Valkey) -> Valkey:
    """Yield a running Valkey without data, even if the last test stopped it."""
    if not own_valkey.runs:
        own_valkey.start()
    with own_valkey.client() as client:
        client.flushall()
    reads.epochs.forget()
    return own_valkey


@pytest.fixture(autouse=True)
def _short_times(own_valkey: Valkey, settings: Settings) -> None:
    settings.PRESENCE = DEFAULTS | SHORT | {"REDIS_URL": own_valkey.url}
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            # redis-py 8 gives sockets a time-out of 5 s by default, which would end every quiet subscription.
            "CONFIG": {"hosts": [{"address": own_valkey.url, "socket_timeout": None}]},
        }
    }


@pytest.fixture
def redis(valkey: Valkey) -> Iterator[Redis]:
    with valkey.client() as client:
        yield client


@pytest_asyncio.fixture
async def trackers(valkey: Valkey) -> AsyncIterator[Callable[[], Tracker]]:
    """Yield a factory of trackers. Each acts as the tracker of a separate process."""
    started: list[Tracker] = []

    def start() -> Tracker:
        started.append(Tracker())
        started[-1].start()
        return started[-1]

    yield start
    for tracker in started:
        await tracker.stop(linger_ms=0)


@pytest_asyncio.fixture
async def processes(valkey: Valkey) -> AsyncIterator[Callable[[], Process]]:
    """Yield a factory of processes: a tracker, and rosters that get their hints over the channel layer."""
    started: list[Process] = []

    def start() -> Process:
        started.append(Process())
        return started[-1]

    yield start
    for process in started:
        await process.stop()


@pytest_asyncio.fixture
async def reading(valkey: Valkey) -> AsyncIterator[None]:
    """Close the connections that reads on the event loop keep open."""
    yield
    await reads._stores.get().close()
