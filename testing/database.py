"""Databases for tests: one for each process, emptied after each test that commits."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from chat.runtime.connection_pool import reserves
from project.server.migrating import file_lock

# Created by `migrate`. Servers that outlive a test keep the ids of the first two in memory.
KEPT = {"django_content_type", "auth_permission", "django_migrations"}

TRIES = 5


def migrated_once(migrate: Callable[..., None], template: Path) -> Callable[..., None]:
    """Return `migrate` for several processes that start together: one migrates, and the others copy its database.

    On PostgreSQL each process migrates its own database.
    """

    def copy_or_migrate(*args: Any, **options: Any) -> None:
        if connection.vendor != "sqlite":
            migrate(*args, **options)
            return
        connection.ensure_connection()
        with file_lock(template.with_suffix(".lock")), closing(sqlite3.connect(template)) as shared:
            if shared.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall():
                shared.backup(connection.connection)
            else:
                migrate(*args, **options)
                connection.connection.backup(shared)

    return copy_or_migrate


def lent() -> int:
    """Return the number of connections that PostgreSQL's pools, for pages and for sockets, have lent out."""
    pools = [*getattr(connection, "_connection_pools", {}).values(), *reserves().values()]
    stats = [pool.get_stats() for pool in pools]
    return sum(each.get("pool_size", 0) - each.get("pool_available", 0) for each in stats)


def delete_rows(_: Any = None) -> None:
    """Delete the rows of all tables that have any, in place of Django's `flush`.

    `flush` truncates every table, which takes longer than most tests and locks out running servers. It then creates
    content types and permissions again. Foreign keys are checked at the commit. If a server writes about a user at the
    same moment, such as a last-seen time, the deletion is retried.
    """
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for table in tables_with_rows(connection):
                    cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
            return
        except IntegrityError:
            if not tries_left:
                raise


def tables_with_rows(connection: BaseDatabaseWrapper) -> list[str]:
    tables = sorted(set(connection.introspection.django_table_names(include_views=False)) - KEPT)
    looks = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})" for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks))
        return [table for (table,) in cursor.fetchall()]
