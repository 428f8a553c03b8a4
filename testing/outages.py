"""Outages of the database, and recovery from them."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings

from testing.processes import Proxy, database_url

LOCK = """
import sqlite3, sys
sqlite3.connect(sys.argv[1], isolation_level=None).execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


class Outage(Protocol):
    environment: dict[str, str]  # for the servers that must notice it

    def begin(self) -> None: ...
    def end(self) -> None: ...
    def close(self) -> None: ...


class Locked:
    """SQLite is locked: another process writes, and keeps its transaction open."""

    environment: dict[str, str] = {}

    def __init__(self, folder: Path) -> None:
        self._writer: subprocess.Popen[str] | None = None

    def begin(self) -> None:
        path = unquote(database_url().removeprefix("sqlite:///"))
        command = [sys.executable, "-c", LOCK, path]
        self._writer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._writer.stdout
        assert self._writer.stdout.readline() == "locked\n"

    def end(self) -> None:
        if self._writer:
            self._writer.kill()
            self._writer.communicate()
        self._writer = None

    close = end


class _Unreachable:
    """PostgreSQL behind a proxy that can fail."""

    def __init__(self, folder: Path) -> None:
        parts = urlsplit(database_url())
        host, port = unquote(parts.hostname or "localhost"), parts.port or 5432
        self.proxy = Proxy(folder / "proxy.log", f"{host}/.s.PGSQL.{port}" if "/" in host else f"{host}:{port}").start()
        login = parts.netloc.rpartition("@")[0]
        self.environment = {"DATABASE_URL": parts._replace(netloc=f"{login}@127.0.0.1:{self.proxy.port}").geturl()}

    def close(self) -> None:
        self.proxy.stop()


class Refusing(_Unreachable):
    """Connections end, and new ones are refused."""

    def begin(self) -> None:
        self.proxy.kill()

    def end(self) -> None:
        self.proxy.start()


class Silent(_Unreachable):
    """Connections stay open, and nothing is answered."""

    def begin(self) -> None:
        self.proxy.pause()

    def end(self) -> None:
        self.proxy.resume()


IS_SQLITE = settings.DATABASES["default"]["ENGINE"] == "project.sqlite"
OUTAGES: list[Callable[[Path], Outage]] = [Locked] if IS_SQLITE else [Refusing, Silent]
