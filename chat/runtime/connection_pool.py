"""Reserve of database connections for the threads of database.py: page requests cannot use it up."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

_pools: dict[str, Any] = {}  # by database alias


def use_reserve(size: int) -> None:
    """Make this thread take its connections from the reserve, if the database has pools (PostgreSQL).

    The reserve has a connection for each thread, so that none waits for another. Connections are opened on demand.
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
    """Close the reserve's connections. The next thread that needs one opens it again."""
    while _pools:
        _pools.popitem()[1].close()


def reserves() -> dict[str, Any]:
    return dict(_pools)
