"""Redis: how it is reached, the scripts that change it, and the reads. What stands in it: see keys.py.

A Redis that only reads (a replica, full memory, a disk that failed) is not available: each read asks, in its one round
trip, when a server last wrote. Scripts begin with a shebang, so that such a Redis refuses them whole, and not halfway.
"""

import functools
import hashlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from redis import BlockingConnectionPool, Redis
from redis.asyncio import BlockingConnectionPool as AsyncPool
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, NoScriptError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry as SyncRetry

from presence.conf import conf
from presence.errors import CorruptData, LostData, NoAnswer, NoLease, PresenceError, PresenceUnavailable
from presence.keys import PREFIX, key

# Operations or entries a script: some 3 ms in which Redis serves nobody else. Larger batches save Redis nothing, and
# let the others wait for longer.
BATCH = 250
# Seconds, so that a Redis that has gone silent hangs nothing: a call on a new connection may wait twice, for the
# handshake and for its answer, and should still be over within three.
TIMEOUT = 1.25
CONNECTIONS = 16  # of each pool; who comes later waits

# One more attempt where the connection is gone: a kept one may be from before a restart of Redis. All calls may be
# repeated. None after a time-out, which would only make it longer.
ONCE = (1, (ConnectionError,))

_OPTIONS: dict[str, Any] = {
    "max_connections": CONNECTIONS,
    "timeout": TIMEOUT,  # for a free connection
    "socket_timeout": TIMEOUT,
    "socket_connect_timeout": TIMEOUT,
    "decode_responses": True,
    "protocol": 2,
}
_SCRIPTS = Path(__file__).parent / "scripts"
_SHEBANG, _READS_ONLY = "#!lua\n", "#!lua flags=no-writes\n"

Operation = tuple[str | int, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """Users who joined and left one topic, visibly, in one step from the version `since` to `version`."""

    topic: str
    epoch: str
    since: int
    version: int
    joined: tuple[int, ...]
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a script: changes, errors of single operations, and whether there is more to do."""

    changes: tuple[Change, ...]
    errors: tuple[CorruptData, ...]
    more: bool
    awaits_others: bool
    """Whether processes are still to come back after an outage."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everybody who is present on a topic, at one version of one epoch."""

    epoch: str
    version: int
    people: frozenset[int]


@dataclass(frozen=True, slots=True)
class Versions:
    epoch: str
    of: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Life:
    """The data's epoch, and whether servers keep the data in step."""

    epoch: str
    unswept_ms: int
    """Since a server last swept; 0 where none ever did."""
    is_settled: bool
    """False while servers come back after Redis took no writes."""

    def check(self) -> None:
        """Raises PresenceUnavailable where the data may be out of step."""
        if self.unswept_ms > conf().stale_ms:
            raise PresenceUnavailable(f"no server has written to Redis for {self.unswept_ms / 1000:.0f} s")
        if not self.is_settled:
            raise PresenceUnavailable("Redis takes writes again, and the servers are coming back")


def join(topic: str, user_id: int, connection: str) -> Operation:
    return "join", topic, str(user_id), connection


def leave(topic: str, user_id: int, connection: str, linger_ms: int) -> Operation:
    return "leave", topic, str(user_id), connection, linger_ms


def linger(topic: str, user_id: int, linger_ms: int) -> Operation:
    return "linger", topic, str(user_id), linger_ms


def expel(topic: str, user_id: int) -> Operation:
    return "expel", topic, str(user_id)


def end_linger(topic: str, user_id: int) -> Operation:
    return "end_linger", topic, str(user_id)


def touch(user_id: int) -> Operation:
    return "touch", str(user_id)


def act(user_id: int, linger_ms: int) -> Operation:
    return "act", str(user_id), linger_ms


def disown(owned: str, linger_ms: int) -> Operation:
    return "disown", owned, linger_ms


def decide(user_id: int, hidden: bool, away: bool, version: int, *, linger_ms: int = 0, is_news: bool) -> Operation:
    """Others who see the user now go on seeing a user who hides for `linger_ms`."""
    return "decide", str(user_id), hidden, away, version, linger_ms, is_news


class Store:
    """The calls of one event loop. Each raises PresenceUnavailable, or what it says, within a few seconds."""

    def __init__(self) -> None:
        pool = AsyncPool.from_url(conf().redis_url, retry=Retry(NoBackoff(), *ONCE), **_OPTIONS)
        self.redis = AsyncRedis.from_pool(pool)
        """For survey.py, which reads all that is there."""
        self._node, self._epoch = "", ""  # of the latest lease
        self._scripts = 0  # that are known to have run in the node's name
        self._answered = 0.0  # when the latest of them was answered, on the monotonic clock
        self._batches = 0  # of operations
        self._has_lost = False

    async def close(self) -> None:
        """Never raises. No round trip."""
        try:
            await self.redis.aclose()
        except (RedisError, OSError):
            return

    async def take_lease(self, node: str, lease_ms: int, *, was_shared: bool = False) -> tuple[CorruptData, ...]:
        """Make a new node known. Where Redis has lost what an earlier one wrote, a new epoch begins.

        `was_shared` says that other processes may have had the same trouble: Redis notes which are not back yet.
        Returns what was wrong with keys that everything needs, and was deleted. One round trip.
        """
        verb = "retake" if self._has_lost else "take"
        epoch, errors = await self._lease(node, lease_ms, verb, was_shared=was_shared)
        self._node, self._epoch, self._scripts, self._has_lost = node, epoch, 1, False
        return errors

    async def renew_lease(self, node: str, lease_ms: int) -> None:
        """Raises NoLease where the lease has ended, LostData. One round trip."""
        await patiently(lambda: self._lease(node, lease_ms, "renew"))

    async def release(self, node: str, ending: str, linger_ms: int) -> None:
        """End a node, or an earlier one of the same process: what it still owns counts as gone after the linger.

        Raises NoLease, LostData. One round trip.
        """
        await self.run_as(node, "release", ending, linger_ms)

    async def apply(self, node: str, operations: Sequence[Operation]) -> Outcome:
        """Apply at most BATCH operations, in order and in one step. Raises NoLease, LostData. One round trip."""
        self._batches += 1
        args = json.dumps(operations), self._batches
        return outcome_of(await patiently(lambda: self.run_as(node, "apply", *args)))

    async def sweep(self, node: str, lease_ms: int, away_ms: int) -> Outcome:
        """Undo what dead nodes own, what lingered, what was idle; BATCH each.

        Raises NoLease, LostData. One round trip.
        """
        args = lease_ms, away_ms, BATCH, conf().settle_ms
        return outcome_of(await patiently(lambda: self.run_as(node, "sweep", *args)))

    async def snapshots(self, topics: Sequence[str]) -> dict[str, Snapshot | CorruptData]:
        """Each topic's people and version, or what is wrong with it. One round trip, and one step on the server."""
        pipe = _asking(self.redis.pipeline(transaction=True))
        for topic in topics:
            pipe.get(key("version", topic))
            pipe.smembers(key("topic", topic))
        with named_errors():
            epoch, clock, marks, *replies = await pipe.execute(raise_on_error=False)
            _life(epoch, clock, marks).check()
            return {
                topic: _snapshot(epoch, *pair)
                for topic, pair in zip(topics, zip(replies[::2], replies[1::2], strict=True), strict=True)
            }

    async def versions(self, topics: Sequence[str]) -> Versions:
        """The epoch and every topic's version. One round trip, one MGET for all versions."""
        pipe = _asking(self.redis.pipeline(transaction=False))
        if topics:
            pipe.mget([key("version", topic) for topic in topics])
        with named_errors():
            epoch, clock, marks, *numbers = await pipe.execute()
            life = _life(epoch, clock, marks)
            life.check()
            of = dict(zip(topics, numbers[0], strict=True)) if topics else {}
            return Versions(life.epoch, {topic: int(number or 0) for topic, number in of.items()})

    async def counts(self, topics: Sequence[str]) -> tuple[Life, list[int]]:
        """The life of the data, and how many people are present on each topic. One round trip."""
        pipe = _asking(self.redis.pipeline(transaction=False))
        for topic in topics:
            pipe.scard(key("topic", topic))
        with named_errors():
            epoch, clock, marks, *numbers = await pipe.execute()
            return _life(epoch, clock, marks), numbers

    async def _lease(
        self, node: str, lease_ms: int, verb: str, *, was_shared: bool = False
    ) -> tuple[str, tuple[CorruptData, ...]]:
        args = lease_ms, verb, secrets.token_hex(8), conf().settle_ms, int(was_shared)
        answer = await self._run_as(node, "lease", *args)
        return str(answer[0]), tuple(CorruptData(text) for text in answer[2])

    async def run_as(self, node: str, script: str, *args: str | int) -> Any:
        """Run one of the scripts in the name of a node; the node "" only reads, also where Redis takes no writes.

        Raises NoLease, LostData. One round trip.
        """
        return (await self._run_as(node, script, *args))[2]

    async def _run_as(self, node: str, script: str, *args: str | int) -> tuple[str, int, Any]:
        """The epoch, how many scripts have run in the node's name, and the result."""
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
            return await self.redis.eval(text, 1, PREFIX, *args)  # which keeps it for the next time


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Make a call that may be repeated once more where Redis did not answer in time: one slow answer is no outage."""
    try:
        return await call()
    except NoAnswer:
        return await call()


def count_now(topics: Sequence[str]) -> tuple[Life, list[int]]:
    """`Store.counts` for code without an event loop. One round trip; blocks the thread for its time."""
    pipe = _asking(_sync_redis(conf().redis_url).pipeline(transaction=False))
    for topic in topics:
        pipe.scard(key("topic", topic))
    with named_errors():
        epoch, clock, marks, *numbers = pipe.execute()
        return _life(epoch, clock, marks), numbers


def present_now(user_id: int, topics: Sequence[str]) -> tuple[Life, list[bool]]:
    """The life of the data, and whether the user is present on each topic. As `count_now`."""
    pipe = _asking(_sync_redis(conf().redis_url).pipeline(transaction=False))
    for topic in topics:
        pipe.sismember(key("topic", topic), str(user_id))
    with named_errors():
        epoch, clock, marks, *answers = pipe.execute()
        return _life(epoch, clock, marks), list(map(bool, answers))


def among_now(topic: str, user_ids: Sequence[int]) -> tuple[Life, list[bool]]:
    """The life of the data, and whether each of the users is present on the topic. As `count_now`."""
    pipe = _asking(_sync_redis(conf().redis_url).pipeline(transaction=False))
    pipe.smismember(key("topic", topic), [str(user) for user in user_ids])
    with named_errors():
        epoch, clock, marks, answers = pipe.execute()
        return _life(epoch, clock, marks), list(map(bool, answers))


def nodes_now() -> tuple[Life, list[str]]:
    """The life of the data, and the nodes whose leases are in force by Redis' own clock. As `count_now`."""
    pipe = _asking(_sync_redis(conf().redis_url).pipeline(transaction=False))
    pipe.zrange(key("nodes"), 0, -1, withscores=True)
    with named_errors():
        epoch, clock, marks, leases = pipe.execute()
        now = _milliseconds(clock)
        return _life(epoch, clock, marks), [str(node) for node, end in leases if end > now]


def _asking(pipe: Any) -> Any:
    """The pipeline, which asks first for what `_life` reads."""
    pipe.get(key("epoch"))
    pipe.time()
    pipe.mget(key("swept"), key("unsettled"))
    return pipe


def _life(epoch: Any, clock: Any, marks: Any) -> Life:
    """From three replies; of a snapshot, they may be errors, which are its own to name."""
    if isinstance(clock, Exception):
        raise clock
    swept, unsettled = (None, None) if isinstance(marks, Exception) else marks
    unswept_ms = _milliseconds(clock) - int(swept) if swept and swept.isdecimal() else 0
    return Life("" if isinstance(epoch, Exception) else epoch or "", unswept_ms, unsettled is None)


def _milliseconds(clock: tuple[int, int]) -> int:
    seconds, microseconds = clock
    return seconds * 1000 + microseconds // 1000


@functools.lru_cache(maxsize=4)
def _sync_redis(url: str) -> Redis:
    return Redis(connection_pool=BlockingConnectionPool.from_url(url, retry=SyncRetry(NoBackoff(), *ONCE), **_OPTIONS))


@functools.cache
def _script(name: str, shebang: str) -> tuple[str, str]:
    """A script's text, and the digest by which Redis knows it."""
    text = shebang + "".join((_SCRIPTS / f"{part}.lua").read_text(encoding="utf-8") for part in ("common", name))
    return text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


@contextmanager
def named_errors() -> Iterator[None]:
    try:
        yield
    except PresenceError:
        raise
    except ResponseError as error:
        raise _named(error) from error
    except RedisTimeoutError as error:
        raise NoAnswer(f"Redis did not answer in time: {error}") from error
    except (RedisError, OSError) as error:
        raise PresenceUnavailable(f"Redis is not available: {error}") from error
    except (ValueError, TypeError) as error:
        raise CorruptData(f"Redis holds something else than presence: {error}") from error


def _named(error: ResponseError) -> PresenceError:
    """redis-py cuts the first word off some errors and leaves it on others, so it is looked for anywhere."""
    text = str(error)
    if "NOLEASE" in text:
        return NoLease("the node has no lease")
    if "LOSTDATA" in text:
        return LostData("Redis lost everything, or was restored from an older state")
    if "WRONGTYPE" in text or "not an integer" in text:
        return CorruptData(text)
    return PresenceUnavailable(text)


def outcome_of(reply: Any) -> Outcome:
    epoch, changes, errors, more, awaits_others = reply
    return Outcome(
        changes=tuple(
            Change(topic, epoch, int(since), int(version), _ids(joined), _ids(left))
            for topic, since, version, joined, left in changes
        ),
        errors=tuple(CorruptData(text) for text in errors),
        more=bool(more),
        awaits_others=bool(awaits_others),
    )


def _ids(members: Sequence[str]) -> tuple[int, ...]:
    """What is no number was no user either: nonsense, which a repair took out."""
    return tuple(int(member) for member in members if member.removeprefix("-").isdecimal())


def _snapshot(epoch: Any, version: Any, members: Any) -> Snapshot | CorruptData:
    """A reply that is an exception says that this one key is wrong; the other topics are not concerned."""
    for reply in (epoch, version, members):
        if isinstance(reply, Exception):
            return CorruptData(str(reply))
    try:
        return Snapshot(epoch or "", int(version or 0), frozenset(map(int, members)))
    except ValueError as error:
        return CorruptData(str(error))
