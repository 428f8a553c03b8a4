"""Django's SQLite backend. Within a process, writers queue for their turn.

SQLite lets one connection write at a time. The others poll, in no order, and give up after a while: of twenty writers,
some never get their turn. So writers take a turn here first: transactions, which begin IMMEDIATE, and single statements
outside of one. Reads never wait. SQLite itself waits for writers of other processes.

The turn and SQLite's lock share one deadline. While another process holds the lock, the first writer waits for it with
its turn. Without the shared deadline, those behind it would begin to wait for the lock after their wait for the turn.

A server keeps connections for the next request (`pool_connections`). Elsewhere, each is closed when Django closes it.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any
from weakref import WeakSet

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from project.sqlite.pool import Pool
from project.sqlite.queue import FairLock

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")

_queues: dict[str, FairLock] = defaultdict(FairLock)  # by the file's name
_pools: dict[str, Pool] | None = None  # by the file's name


def pool_connections() -> None:
    """Keep connections that threads of this process close from now on, for threads that open one."""
    global _pools
    _pools = defaultdict(Pool)


def close_pools() -> None:
    """Close the idle connections, and keep no more of them."""
    global _pools
    pools, _pools = _pools or {}, None
    for pool in pools.values():
        pool.close()


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._has_turn = False
        self._cursors: WeakSet[Cursor] = WeakSet()

    @contextmanager
    def turn_for(self, query: str) -> Iterator[None]:
        """Take a turn for a statement that writes outside of a transaction."""
        if self._has_turn or not query.startswith(WRITES):
            yield
            return
        try:
            with self._share_wait():
                yield
        finally:
            self._end_turn()

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        kept = self._pool.take() if self._pool else None
        return kept or super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> "Cursor":
        cursor: Cursor = self.connection.cursor(lambda connection: Cursor(connection, self))
        self._cursors.add(cursor)
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        try:
            with self._share_wait():
                super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            if self._pool and not (self.errors_occurred or self.connection.in_transaction):
                self._give_back(self._pool)
            else:
                super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _give_back(self, pool: Pool) -> None:
        for cursor in list(self._cursors):
            cursor.close()  # an unfinished cursor would hold the next user to its snapshot
        pool.give_back(self.connection)

    @contextmanager
    def _share_wait(self) -> Iterator[None]:
        """Take a turn. In the block, SQLite waits for its lock only for the time that the wait for the turn left."""
        wait = self.settings_dict["OPTIONS"].get("timeout", 5.0)
        deadline = monotonic() + wait
        if not self._queue.acquire(wait):
            busy = sqlite3.OperationalError("database is locked")
            busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise OperationalError(*busy.args) from busy
        self._has_turn = True
        self._let_sqlite_wait(deadline - monotonic())
        try:
            yield
        finally:
            self._let_sqlite_wait(wait)

    def _let_sqlite_wait(self, seconds: float) -> None:
        self.connection.execute(f"PRAGMA busy_timeout = {max(0, round(seconds * 1000))}")

    def _end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._queue.release()

    @property
    def _pool(self) -> Pool | None:
        return None if _pools is None else _pools[str(self.settings_dict["NAME"])]

    @property
    def _queue(self) -> FairLock:
        return _queues[str(self.settings_dict["NAME"])]


class Cursor(base.SQLiteCursorWrapper):
    def __init__(self, connection: sqlite3.Connection, wrapper: DatabaseWrapper) -> None:
        super().__init__(connection)
        self._wrapper = wrapper

    def execute(self, query: str, params: Any = None) -> Any:
        with self._wrapper.turn_for(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        with self._wrapper.turn_for(query):
            return super().executemany(query, param_list)
