"""PostgreSQL connections with a deadline for each answer.

A stopped database process, or a network that swallows packets, accepts a query and never answers. No time-out of TCP
ends that while the other kernel acknowledges. In a process that serves users (`bound_waits`), each answer therefore has
a deadline. After it the connection is closed, and the query fails as if the connection was lost.

Commands that an operator runs, such as `migrate`, wait as long as it takes.
"""

import logging
import math
import time
from collections.abc import Generator
from typing import Any, Self, TypeVar

import psycopg
from psycopg.errors import _WaitTimeout

logger = logging.getLogger(__name__)

T = TypeVar("T")

# PostgreSQL itself ends a query that is only slow, and the connection stays usable. It also ends an idle transaction of
# a server that has vanished: its locks would never be released otherwise.
STATEMENT_SHARE = 0.9  # of the bound
IDLE_SHARE = 2.0

_bound: float | None = None  # seconds
_noticed = -math.inf


class Silent(psycopg.OperationalError):
    """The database did not answer in time."""

    is_commit = False  # the commit may have succeeded; without a commit, the transaction is rolled back


class Connection(psycopg.Connection[Any]):
    @classmethod
    def connect(cls, conninfo: str = "", **options: Any) -> Self:
        if _bound is None:
            return super().connect(conninfo, **options)
        connection = super().connect(conninfo, **{"connect_timeout": math.ceil(_bound), **options})
        try:
            connection.execute(f"SET statement_timeout = {_bound * STATEMENT_SHARE * 1000:.0f}")
            connection.execute(f"SET idle_in_transaction_session_timeout = {_bound * IDLE_SHARE * 1000:.0f}")
        except BaseException:
            connection.close()
            raise
        return connection

    def commit(self) -> None:
        try:
            super().commit()
        except Silent as error:
            error.is_commit = True
            raise

    def wait(self, gen: Generator[Any, Any, T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for an answer. All queries of a connection pass through here."""
        if timeout is not None or _bound is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, _bound)
        except _WaitTimeout as error:
            self._give_up()
            raise Silent(f"The database did not answer within {_bound:g} s") from error

    def _give_up(self) -> None:
        """Close the connection, and make the pool replace its idle ones: they go to the same database."""
        global _noticed
        _noticed = time.monotonic()
        self.pgconn.finish()
        if pool := getattr(self, "_pool", None):
            pool.drain()


def bound_waits(seconds: float) -> None:
    """Bound how long this process waits for each answer, on connections that it opens from now on."""
    global _bound
    _bound = seconds


def noticed_at() -> float:
    """Return the time at which a wait was last given up, by `time.monotonic()`."""
    return _noticed
