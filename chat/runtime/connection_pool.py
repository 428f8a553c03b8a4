"""A pool of connections for the threads of database.py alone: pages that use up theirs hold up no socket."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

_pools: dict[str, Any] = {}  # by the alias of the database


def use_reserve(size: int) -> None:
    """Let this thread take its connections from the reserve, where there are pools: on PostgreSQL.

    It has one for each thread, so that none waits for another. They are opened when they are needed.
    """
    usual = connections[DEFAULT_DB_ALIAS]
    usual.close()
    if pool := usual.settings_dict["OPTIONS"].get("pool"):
        options = usual.settings_dict["OPTIONS"] | {"pool": pool | {"max_size": size}}
        own = usual.settings_dict | {"OPTIONS": options}
        # Django keeps pools in an attribute of the class.
        reserved = type("Reserved", (type(usual),), {"_connection_pools": _pools})
        connections[DEFAULT_DB_ALIAS] = reserved(own, DEFAULT_DB_ALIAS)


def close_reserve() -> None:
    """Close the connections of the reserve. The next thread that needs one opens it again."""
    while _pools:
        _pools.popitem()[1].close()


def reserves() -> dict[str, Any]:
    """Return the pool of each database, once it is used."""
    return dict(_pools)
