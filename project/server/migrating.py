"""Migrations when several processes start at once: one migrates, and the others wait.

A server does not start on a database that lacks a migration: each page would fail.
"""

import fcntl
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

ADVISORY_LOCK = 0x526F6F6D66756C  # "Roomful" in ASCII; PostgreSQL keeps such locks per database
LOOK_SECONDS = 0.2


@contextmanager
def migration_lock(connection: BaseDatabaseWrapper, waits: Callable[[], object]) -> Iterator[None]:
    """Keep other processes from migrating the database; call `waits` if one of them is doing so now."""
    if connection.vendor == "postgresql":
        with _advisory_lock(connection, waits):
            yield
    elif connection.settings_dict["NAME"] == ":memory:":
        yield
    else:
        with file_lock(Path(f"{connection.settings_dict['NAME']}.migrating"), waits):
            yield


@contextmanager
def file_lock(path: Path, waits: Callable[[], object] = lambda: None) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waits()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def refuse_an_old_database() -> None:
    """Exit if a migration is missing. If another process is applying it, wait for that first."""
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        missing = unapplied(connection)
        if missing:
            with migration_lock(connection, lambda: logger.info(waiting())):
                missing = unapplied(connection)
    except Error as error:
        logger.warning("The database cannot be asked for its migrations: %s", error)
        return
    finally:
        connection.close()
    if missing:
        sys.exit(
            f"roomful: The database is not migrated: {missing[0]} is missing, and {len(missing) - 1} more. "
            "Run manage.py migrate, or start with bin/serve."
        )


def unapplied(connection: BaseDatabaseWrapper) -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def waiting() -> str:
    return _("Another process is migrating the database. Waiting for it…")


@contextmanager
def _advisory_lock(connection: BaseDatabaseWrapper, waits: Callable[[], object]) -> Iterator[None]:
    """Hold a lock on a separate connection, so that it survives what migrations do with theirs."""
    own = connection.copy()
    own.settings_dict["OPTIONS"].pop("pool", None)
    try:
        with own.cursor() as cursor:
            told = False
            while not _took_lock(cursor):  # polls: a wait in the database may have a time limit
                if not told:
                    waits()
                    told = True
                time.sleep(LOOK_SECONDS)
        yield
    finally:
        own.close()  # unlocks


def _took_lock(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
    return bool(cursor.fetchone()[0])
