"""Migrations by several processes at once, and servers on an outdated database."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from project.server.migrating import migration_lock, unapplied
from project.tests.test_environment import run
from testing.machine import patience
from testing.ports import free_port
from testing.processes import database_url
from testing.waiting import eventually

MIGRATE = ["manage.py", "migrate", "--verbosity=0"]


def start(command: list[str], environment: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "project.settings", **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


@contextmanager
def empty_postgresql() -> Iterator[str]:
    name, url = f"roomful_{os.getpid()}", os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def last_migration_missing() -> Iterator[tuple[str, Callable[[], None]]]:
    """Forget that the last migration was applied. Give its name, and a function that records it again."""
    migrations = MigrationRecorder(connection).migration_qs
    last = migrations.order_by("pk").last()
    assert last
    migrations.filter(pk=last.pk).delete()
    try:
        yield f"{last.app}.{last.name}", last.save
    finally:
        last.save()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Return environment variables for an empty database, of the kind that the test run uses."""
    if connection.vendor == "sqlite":
        yield {"DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3"}
        return
    with empty_postgresql() as url:
        yield {"DATABASE_URL": url}


@pytest.mark.django_db(transaction=True)
def test_the_migration_lock_is_held_by_one_process_at_a_time() -> None:
    told, entered = threading.Event(), threading.Event()

    def migrate() -> None:
        with migration_lock(connection, told.set):
            entered.set()

    with migration_lock(connection, lambda: pytest.fail("No other process migrates.")):
        other = threading.Thread(target=migrate)
        other.start()
        assert told.wait(patience(10))
        assert not entered.is_set()
    assert entered.wait(patience(10))
    other.join()


@pytest.mark.django_db
def test_a_database_is_migrated_if_no_migration_is_missing() -> None:
    assert unapplied(connection) == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    assert unapplied(connection) == ["sessions.0001_initial"]


@pytest.mark.program
def test_processes_that_migrate_an_empty_database_at_once_all_succeed(tmp_path: Path, database: dict[str, str]) -> None:
    logs = [tmp_path / f"log{number}" for number in range(2)]
    several = [start(MIGRATE, database, log) for log in logs]
    ends = [process.wait(timeout=patience(120)) for process in several]
    assert ends == [0, 0], [log.read_text() for log in logs]
    assert run("manage.py", "migrate", "--check", **database).returncode == 0


@pytest.mark.program
@pytest.mark.django_db(transaction=True)
def test_a_server_starts_on_a_migrated_database_alone_and_waits_while_another_process_migrates(tmp_path: Path) -> None:
    environment = {"DATABASE_URL": database_url()}
    serve = ["-m", "project.server", "--port", str(free_port())]
    with last_migration_missing() as (name, restore):
        refused = run(*serve, **environment)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert refused.stderr.startswith("roomful: ")
        assert name in refused.stderr

        log = tmp_path / "log"
        with migration_lock(connection, lambda: pytest.fail("No other process migrates.")):
            server = start(serve, environment, log)
            eventually(lambda: "Waiting for it" in log.read_text(), within=30)
            assert "Listening" not in log.read_text()
            restore()
    eventually(lambda: "Listening" in log.read_text(), within=30)
    server.terminate()
    server.wait(patience(30))
