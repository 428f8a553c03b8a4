"""An SQLite database that does not wait for the disk."""

from typing import Any


def without_sync(databases: dict[str, dict[str, Any]]) -> None:
    """Change the settings of an SQLite database so that its commits do not wait for the disk."""
    options = databases["default"].get("OPTIONS", {})
    if "init_command" in options:
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
        assert "synchronous=OFF" in options["init_command"]
