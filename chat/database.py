"""The way from the event loop to the database, which blocks: threads of our own.

Channels' `database_sync_to_async` runs all consumers on one thread, so that one slow query would stall every socket.
Here reads have several threads, and so have writes on PostgreSQL; on SQLite, which has one writer at a time anyway,
writes queue for one thread whose connection stays open.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from chat.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4
WRITERS_ON_POSTGRESQL = 8

_pools: dict[str, ThreadPoolExecutor] = {}


async def read(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that only reads. Raises what it raises, and Unavailable where the database is out of reach."""
    return await _run(_pool("read", READERS), partial(function, *args, **kwargs))


async def write(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that writes. Raises what it raises, and Unavailable where the database is out of reach.

    A database that has gone silent may come to it later, and store it nevertheless: writes must bear to be repeated.
    """
    writers = 1 if connection.vendor == "sqlite" else WRITERS_ON_POSTGRESQL
    try:
        async with asyncio.timeout(settings.DATABASE_WAIT_SECONDS):
            return await _run(_pool("write", writers), partial(function, *args, **kwargs))
    except TimeoutError as error:
        raise Unavailable from error


def _pool(name: str, threads: int) -> ThreadPoolExecutor:
    if name not in _pools:
        _pools[name] = ThreadPoolExecutor(threads, thread_name_prefix=f"database-{name}")
    return _pools[name]


async def _run(pool: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, _guarded, call)


def _guarded(call: Callable[[], T]) -> T:
    """Run in a thread: a broken connection is dropped, a pooled one handed back."""
    try:
        return call()
    except (OperationalError, InterfaceError) as error:
        connection.close()
        raise Unavailable from error
    finally:
        if connection.vendor != "sqlite":
            close_old_connections()
