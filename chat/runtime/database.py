"""Database calls from the event loop, on threads of our own.

Channels' `database_sync_to_async` runs all consumers on one thread, so that one slow query would stall every socket.
Here each kind of call has its own threads, so that slow calls of one kind do not delay other kinds. SQLite allows one
writer at a time, so all its writes queue for one thread, which keeps its connection open.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from functools import partial
from typing import Generic, ParamSpec, TypeVar

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, close_old_connections, connection

from chat.errors import Unavailable
from chat.runtime.connection_pool import use_reserve
from chat.runtime.silent_database import noticed_at

P = ParamSpec("P")
T = TypeVar("T")

# On PostgreSQL, a write waits this long for a lock. After that it is rolled back and retried in Lane.HELD, where it
# delays only other writes that wait for locks.
SHORT_LOCK_SECONDS = 0.05
LOCK_SHARE = 0.8  # of the caller's time-out, so that the lock wait ends first


class Lane(Enum):
    """A kind of call, with its maximum number of threads.

    Each thread may hold a PostgreSQL connection from the reserve (chat/runtime/connection_pool.py).
    """

    ARRIVAL = "arrival", 2  # of sockets
    READ = "read", 4  # for open tabs
    DUTY = "duty", 2  # the hub's checks, and its reads to fill gaps
    PREPARATION = "preparation", 2  # of messages, before they are posted
    POST = "post", 3
    WRITE = "write", 4  # other than posts
    HELD = "held", 2  # posts and writes that wait for a lock

    def __init__(self, label: str, threads: int) -> None:
        self.label, self.threads = label, threads


WRITERS = {Lane.POST, Lane.WRITE, Lane.HELD}
# Connections to PostgreSQL, at most. One more is for the thread that reads the session of a handshake for Channels.
CONNECTIONS = sum(lane.threads for lane in Lane) + 1

_pools: dict[str, ThreadPoolExecutor] = {}
_current = threading.local()


class Held(Exception):
    """A lock was not free for SHORT_LOCK_SECONDS. Nothing is written, and the call may be retried in Lane.HELD."""


async def read(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that only reads. Raises its exceptions, and Unavailable if the database is away."""
    return await run(Lane.READ, partial(function, *args, **kwargs))


async def check(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a read for the hub's own checks, on other threads than reads for tabs."""
    return await run(Lane.DUTY, partial(function, *args, **kwargs))


async def write(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that writes. Raises its exceptions, and Unavailable if the database is away.

    A call that cannot start in time is dropped, and a call that waits for a lock is rolled back. If the database falls
    silent during the commit, it may still store the write: writes must be idempotent.
    """
    call = partial(function, *args, **kwargs)
    try:
        async with asyncio.timeout(settings.DATABASE_WAIT_SECONDS):
            try:
                return await run(Lane.WRITE, call)
            except Held:
                return await run(Lane.HELD, call)
    except TimeoutError as error:
        raise Unavailable from error


async def run(lane: Lane, call: Callable[[], T]) -> T:
    """Run a function on a thread of a lane. If the caller is cancelled, a call that has not started is dropped."""
    job = _Job(call, lane)
    try:
        return await asyncio.get_running_loop().run_in_executor(_pool(lane), job.do)
    except asyncio.CancelledError:
        job.is_wanted = False
        raise


def check_wanted() -> None:
    """Raise Unavailable if this write's caller has already given up. Call it last in a write."""
    job: _Job[object] | None = getattr(_current, "job", None)
    if job is not None and not job.is_wanted:
        raise Unavailable


def limit_lock_wait() -> None:
    if connection.vendor != "postgresql":
        return  # SQLite takes its lock at the start of the transaction
    job: _Job[object] | None = getattr(_current, "job", None)
    if job is not None:
        if job.has_limited_locks:
            return
        job.has_limited_locks = True  # a job is one transaction
    is_short = job is not None and job.lane in (Lane.POST, Lane.WRITE)
    seconds = SHORT_LOCK_SECONDS if is_short else LOCK_SHARE * settings.DATABASE_WAIT_SECONDS
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {max(1, int(seconds * 1000))}")


def is_outage(error: BaseException) -> bool:
    """Return whether an error means that the database is away, locked or full, and not that a query is wrong."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is None or code & 0xFF != sqlite3.SQLITE_ERROR  # such as "no such table"


def _met_a_lock(error: BaseException) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == "55P03"  # lock_timeout of PostgreSQL


class _Job(Generic[T]):
    """A call on its way to a thread."""

    def __init__(self, call: Callable[[], T], lane: Lane) -> None:
        self.call, self.lane = call, lane
        self.is_wanted = True
        self.has_limited_locks = False
        self._queued_at = time.monotonic()

    def do(self) -> T:
        """Run the call on a thread. A broken connection is dropped, a pooled one returned."""
        if self._queued_at < noticed_at():
            raise Unavailable  # the database was silent meanwhile: each queued job would wait just as long
        _current.job = self
        try:
            return self.call()
        except Error as error:
            if not is_outage(error):
                raise
            if not _met_a_lock(error):
                connection.close()
            elif self.lane in (Lane.POST, Lane.WRITE):
                raise Held from error
            raise Unavailable from error
        finally:
            _current.job = None
            if connection.vendor != "sqlite":
                close_old_connections()


def _pool(lane: Lane) -> ThreadPoolExecutor:
    one_writer = lane in WRITERS and connection.vendor == "sqlite"
    name, threads = (Lane.WRITE.label, 1) if one_writer else (lane.label, lane.threads)
    if name not in _pools:
        _pools[name] = ThreadPoolExecutor(threads, f"database-{name}", use_reserve, (CONNECTIONS,))
    return _pools[name]
