"""Calls from one event loop to Redis: the scripts that change it, and the reads. See keys.py for the keys.

A Redis that only reads (a replica, full memory, a disk that failed) counts as unavailable: each read also asks, in the
same round trip, when a server last wrote. Scripts begin with a shebang, so that such a Redis refuses them entirely, and
does not stop halfway.
"""

import functools
import hashlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from redis.asyncio import BlockingConnectionPool as AsyncPool
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from presence.conf import conf
from presence.errors import CorruptData, LostData, NoAnswer, NoLease
from presence.keys import PREFIX, key
from presence.operations import Operation
from presence.redis_connections import ONCE, OPTIONS, asking, named_errors
from presence.replies import Life, Outcome, Snapshot, Versions, life_of, outcome_of, snapshot_of

# Operations or entries in one script: Redis serves no other client for some 3 ms. Larger batches do not help
# Redis, and let other clients wait for longer.
BATCH = 250
_SCRIPTS = Path(__file__).parent / "scripts"
_SHEBANG, _READS_ONLY = "#!lua\n", "#!lua flags=no-writes\n"

T = TypeVar("T")


class Store:
    """The calls of one event loop. Each raises PresenceUnavailable, or the errors it names, within a few seconds."""

    def __init__(self) -> None:
        pool = AsyncPool.from_url(conf().redis_url, retry=Retry(NoBackoff(), *ONCE), **OPTIONS)
        self.redis = AsyncRedis.from_pool(pool)
        """For audit.py, which reads all keys."""
        self._node, self._epoch = "", ""  # of the latest lease
        self._scripts = 0  # known to have run in the node's name
        self._answered = 0.0  # time of the latest answer to them, on the monotonic clock
        self._batches = 0  # of operations
        self._has_lost = False

    async def close(self) -> None:
        """Close all connections. Never raises. No round trip."""
        try:
            await self.redis.aclose()
        except (RedisError, OSError):
            return

    async def take_lease(self, node: str, lease_ms: int, *, was_shared: bool = False) -> tuple[CorruptData, ...]:
        """Register a new node. If Redis has lost data that an earlier node wrote, a new epoch begins.

        `was_shared` is True if other processes may have had the same trouble: Redis then notes which are not back yet.
        Returns errors about essential keys that were corrupt and have been deleted. One round trip.
        """
        verb = "retake" if self._has_lost else "take"
        epoch, errors = await self._lease(node, lease_ms, verb, was_shared=was_shared)
        self._node, self._epoch, self._scripts, self._has_lost = node, epoch, 1, False
        return errors

    async def renew_lease(self, node: str, lease_ms: int) -> None:
        """Renew the lease. Raises NoLease if it has ended, LostData. One round trip."""
        await patiently(lambda: self._lease(node, lease_ms, "renew"))

    async def release(self, node: str, ending: str, linger_ms: int) -> None:
        """End a node, this one or an earlier one of the process: what it still owns is gone after the linger.

        Raises NoLease, LostData. One round trip.
        """
        await self.run_as(node, "release", ending, linger_ms)

    async def apply(self, node: str, operations: Sequence[Operation]) -> Outcome:
        """Apply at most BATCH operations, in order and in one step. Raises NoLease, LostData. One round trip."""
        self._batches += 1
        args = json.dumps(operations), self._batches
        return outcome_of(await patiently(lambda: self.run_as(node, "apply", *args)))

    async def sweep(self, node: str, lease_ms: int, away_ms: int) -> Outcome:
        """Remove holds of dead nodes, expired lingers and idle users, at most BATCH of each.

        Raises NoLease, LostData. One round trip.
        """
        args = lease_ms, away_ms, BATCH, conf().settle_ms
        return outcome_of(await patiently(lambda: self.run_as(node, "sweep", *args)))

    async def snapshots(self, topics: Sequence[str]) -> dict[str, Snapshot | CorruptData]:
        """Return each topic's people and version, or its error. One round trip, and one step on the server."""
        pipe = asking(self.redis.pipeline(transaction=True))
        for topic in topics:
            pipe.get(key("version", topic))
            pipe.smembers(key("topic", topic))
        with named_errors():
            epoch, clock, marks, *replies = await pipe.execute(raise_on_error=False)
            life_of(epoch, clock, marks).check()
            return {
                topic: snapshot_of(epoch, *pair)
                for topic, pair in zip(topics, zip(replies[::2], replies[1::2], strict=True), strict=True)
            }

    async def versions(self, topics: Sequence[str]) -> Versions:
        """Return the epoch and every topic's version. One round trip, one MGET for all versions."""
        pipe = asking(self.redis.pipeline(transaction=False))
        if topics:
            pipe.mget([key("version", topic) for topic in topics])
        with named_errors():
            epoch, clock, marks, *numbers = await pipe.execute()
            life = life_of(epoch, clock, marks)
            life.check()
            of = dict(zip(topics, numbers[0], strict=True)) if topics else {}
            return Versions(life.epoch, {topic: int(number or 0) for topic, number in of.items()})

    async def counts(self, topics: Sequence[str]) -> tuple[Life, list[int]]:
        """Return the life of the data, and how many people are present on each topic. One round trip."""
        pipe = asking(self.redis.pipeline(transaction=False))
        for topic in topics:
            pipe.scard(key("topic", topic))
        with named_errors():
            epoch, clock, marks, *numbers = await pipe.execute()
            return life_of(epoch, clock, marks), numbers

    async def _lease(
        self, node: str, lease_ms: int, verb: str, *, was_shared: bool = False
    ) -> tuple[str, tuple[CorruptData, ...]]:
        args = lease_ms, verb, secrets.token_hex(8), conf().settle_ms, int(was_shared)
        answer = await self._run_as(node, "lease", *args)
        return str(answer[0]), tuple(CorruptData(text) for text in answer[2])

    async def run_as(self, node: str, script: str, *args: str | int) -> Any:
        """Run a script in the name of a node. The node "" only reads, and works while Redis accepts no writes.

        Raises NoLease, LostData. One round trip.
        """
        return (await self._run_as(node, script, *args))[2]

    async def _run_as(self, node: str, script: str, *args: str | int) -> tuple[str, int, Any]:
        """Return the epoch, the number of scripts that have run in the node's name, and the result."""
        own_scripts = self._scripts if node == self._node else 0
        shebang = _SHEBANG if node else _READS_ONLY
        try:
            with named_errors():
                answer = await self._run(_script(script, shebang), node, self._epoch, own_scripts, *args)
        except LostData:
            self._has_lost = True
            raise
        except NoLease as error:
            if node == self._node and time.monotonic() - self._answered < conf().lease_ms / 2000:
                self._has_lost = True
                raise LostData("Redis was restored from a state in which the node had no lease") from error
            raise
        if node == self._node or script == "lease":
            self._scripts, self._answered = max(self._scripts, answer[1]), time.monotonic()
        return tuple(answer)

    async def _run(self, script: tuple[str, str], *args: str | int) -> Any:
        text, digest = script
        try:
            return await self.redis.evalsha(digest, 1, PREFIX, *args)
        except NoScriptError:
            return await self.redis.eval(text, 1, PREFIX, *args)  # Redis keeps it for the next call


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Call once more if Redis did not answer in time: one slow answer is not an outage. The call must be idempotent."""
    try:
        return await call()
    except NoAnswer:
        return await call()


@functools.cache
def _script(name: str, shebang: str) -> tuple[str, str]:
    """Return a script's text, and the digest that identifies it in Redis."""
    text = shebang + "".join((_SCRIPTS / f"{part}.lua").read_text(encoding="utf-8") for part in ("common", name))
    return text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
