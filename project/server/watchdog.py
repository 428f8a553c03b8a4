"""Watchdog that ends a server which only a restart can help, so that its supervisor restarts it (docs/operations.md).

There are two such states, and each has to last for about a minute:

- The event loop is stuck: no socket and no page is served.
- A pool lends no connection, although the database answers on a new one: its connections are lost.

A database that is away, slow or full of connections is no reason: a restart would not help. Nor is a pool that many
pages use up, since it lends connections all the time.
"""

import logging
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg_pool import ConnectionPool

from chat.runtime.connection_pool import reserves

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
WAIT_SECONDS = 5.0  # for a turn of the loop, or for a connection
LOOKS = 6  # in a row
END_SECONDS = 30.0  # an orderly end takes less (project/server/drain.py)
FAILURE = 1

Pool = ConnectionPool[Any]


def opened_pools() -> Mapping[str, Pool]:
    """Return the pools that this process has opened; SQLite has none."""
    of_pages = getattr(connections[DEFAULT_DB_ALIAS], "_connection_pools", {}).get(DEFAULT_DB_ALIAS)
    found = {"pages": of_pages, "sockets": reserves().get(DEFAULT_DB_ALIAS)}
    return {name: pool for name, pool in found.items() if pool is not None and not pool.closed}


class Watchdog:
    """Thread that checks the server. `call_soon` runs a function on the event loop, and so `end`, to end the server."""

    def __init__(
        self,
        call_soon: Callable[[Callable[[], object]], object],
        end: Callable[[], object],
        pools: Callable[[], Mapping[str, Pool]] = opened_pools,
    ) -> None:
        self._call_soon, self._end, self._pools = call_soon, end, pools
        self._late = 0  # looks in a row that found the loop late
        self._stuck: dict[str, int] = {}  # looks in a row, by pool
        self._lent: dict[str, int] = {}

    def start(self) -> None:
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def _watch(self) -> None:
        pause = threading.Event()
        while not (reason := self.look()):
            pause.wait(PAUSE_SECONDS)
        logger.critical("The server ends itself, to be started again: %s", reason)
        self._call_soon(self._end)
        pause.wait(END_SECONDS)
        os._exit(FAILURE)  # the loop is stuck, or the orderly shutdown did not finish

    def look(self) -> str:
        """Return why the server should end, or an empty string."""
        self._late = 0 if self._loop_turns() else self._late + 1
        if self._late >= LOOKS:
            return "its event loop does not turn"
        for name, pool in self._pools().items():
            self._stuck[name] = self._stuck.get(name, 0) + 1 if self._is_stuck(name, pool) else 0
            if self._stuck[name] >= LOOKS:
                return f"the pool of connections for {name} lends none, though the database answers"
        return ""

    def _loop_turns(self) -> bool:
        turned = threading.Event()
        self._call_soon(turned.set)
        return turned.wait(WAIT_SECONDS)

    def _is_stuck(self, name: str, pool: Pool) -> bool:
        before = self._lent.get(name)
        lends = can_lend(pool)
        self._lent[name] = lent_so_far(pool)
        return not lends and self._lent[name] == before and database_answers(pool)


def can_lend(pool: Pool) -> bool:
    try:
        with pool.connection(timeout=WAIT_SECONDS) as lent:
            lent.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def lent_so_far(pool: Pool) -> int:
    """Return how many times the pool has lent a connection.

    The pool's own number of waiting requests includes those that have given up.
    """
    with pool._lock:
        waiting = sum(client.error is None for client in pool._waiting)
        stats = pool.get_stats()
    return stats.get("requests_num", 0) - stats.get("requests_errors", 0) - waiting


def database_answers(pool: Pool) -> bool:
    """Return whether the pool's database accepts a new connection, and answers."""
    options: Any = pool.kwargs or {}
    try:
        with pool.connection_class.connect(str(pool.conninfo), **options) as fresh:
            fresh.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True
