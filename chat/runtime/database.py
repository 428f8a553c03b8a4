"""The way from the event loop to the database, which blocks: threads of our own.

Channels' `database_sync_to_async` runs all consumers on one thread, so that one slow query would stall every socket.
Here each kind of call has threads of its own, so that slow calls of one kind hold up no other kind. SQLite has one
writer at a time, so there all writes queue for one thread, whose connection stays open.
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

# A write waits this long for locks, on PostgreSQL. One that meets a lock that is held for longer is rolled back, and
# begins again where it holds up only others like it.
SHORT_LOCK_SECONDS = 0.05
LOCK_SHARE = 0.8  # of the time for which a caller waits: the lock is given up first


class Lane(Enum):
    """A kind of call, and how many threads it has at most.

    Each thread may hold a connection of PostgreSQL's, from the reserve (chat/runtime/connection_pool.py).
    """

    ARRIVAL = "arrival", 2  # of sockets
    READ = "read", 4  # for open tabs
    DUTY = "duty", 2  # what the hub checks, and reads to fill gaps
    PREPARATION = "preparation", 2  # what a message needs before it is posted
    POST = "post", 3
    WRITE = "write", 4  # other than posts
    HELD = "held", 2  # posts and writes that wait for a lock

    def __init__(self, label: str, threads: int) -> None:
        self.label, self.threads = label, threads


WRITERS = {Lane.POST, Lane.WRITE, Lane.HELD}
# Of PostgreSQL, at most; one more is for the thread on which Channels looks for the session of a handshake.
CONNECTIONS = sum(lane.threads for lane in Lane) + 1

_pools: dict[str, ThreadPoolExecutor] = {}
_current = threading.local()


class Held(Exception):
    """A lock was not free for SHORT_LOCK_SECONDS: nothing is written, and the call may begin again in Lane.HELD."""


async def read(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that only reads. Raises what it raises, and Unavailable where the database is out of reach."""
    return await run(Lane.READ, partial(function, *args, **kwargs))


async def check(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do `read` for the hub itself, which makes sure that nothing is missing: no tab's read is waited for."""
    return await run(Lane.DUTY, partial(function, *args, **kwargs))


async def write(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that writes. Raises what it raises, and Unavailable where the database is out of reach.

    What could not begin in time is not done later, and what waits for a lock is rolled back. A database that has gone
    silent during the commit may store it nevertheless: writes must bear to be repeated.
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
    """Run a function on a thread of a lane. A caller that is cancelled takes back what has not begun by then."""
    job = _Job(call, lane)
    try:
        return await asyncio.get_running_loop().run_in_executor(_pool(lane), job.do)
    except asyncio.CancelledError:
        job.is_wanted = False
        raise


def check_wanted() -> None:
    """Raise Unavailable where the caller of this write has been told that it is not done. The last act of a write."""
    job: _Job[object] | None = getattr(_current, "job", None)
    if job is not None and not job.is_wanted:
        raise Unavailable


def limit_lock_wait() -> None:
    """Let this transaction wait for locks for less time than its caller waits for it."""
    if connection.vendor != "postgresql":
        return  # SQLite's lock is taken at the beginning of the transaction
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
    """Whether an error says that the database is away, locked or full, and not that a query is wrong."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is None or code & 0xFF != sqlite3.SQLITE_ERROR  # such as "no such table"


def _met_a_lock(error: BaseException) -> bool:
    """Whether a query was given up because of a lock (PostgreSQL's `lock_timeout`)."""
    return getattr(error.__cause__, "sqlstate", None) == "55P03"


class _Job(Generic[T]):
    """A call on its way to a thread."""

    def __init__(self, call: Callable[[], T], lane: Lane) -> None:
        self.call, self.lane = call, lane
        self.is_wanted = True
        self.has_limited_locks = False
        self._queued_at = time.monotonic()

    def do(self) -> T:
        """Run in a thread: a broken connection is dropped, a pooled one handed back."""
        if self._queued_at < noticed_at():
            raise Unavailable  # the database was silent meanwhile: each job in the queue would wait just as long
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
