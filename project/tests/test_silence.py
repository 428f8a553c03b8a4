"""Connections to a PostgreSQL that stops answering, but refuses nothing."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connection
from psycopg_pool import ConnectionPool

from accounts.models import User
from chat.models import Room
from chat.runtime import silent_database
from chat.runtime.silent_database import Connection, Silent
from chat.services.rooms.membership import create_room
from project.errors.unavailable import Away, Uncertain, as_unavailable
from testing import outages
from testing.machine import patience
from testing.processes import database_url
from testing.waiting import eventually

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite answers within the process"),
]

BOUND = 0.5  # seconds

Pool = ConnectionPool[Connection]


@pytest.fixture
def outage(transactional_db: None, tmp_path: Path) -> Iterator[outages.Silent]:
    outage = outages.Silent(tmp_path)
    yield outage
    outage.end()
    outage.close()


@pytest.fixture
def lender(outage: outages.Silent, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """Open a server's pool, with a shorter time-out."""
    monkeypatch.setattr(silent_database, "_bound", BOUND)
    url = outage.environment["DATABASE_URL"]
    with ConnectionPool(url, connection_class=Connection, kwargs={"autocommit": True}, min_size=2, max_size=2) as pool:
        pool.wait()
        yield pool


@pytest.fixture
def room(alice: User) -> Room:
    return create_room(alice, "general")


def rename(connection: Connection, room: Room, name: str) -> None:
    connection.execute("UPDATE chat_room SET name = %s WHERE id = %s", [name, room.pk])


def rename_and_ask(lender: Pool, room: Room, outage: outages.Silent) -> None:
    """Run two statements in a transaction, and silence the database in between."""
    with lender.connection() as silent, silent.transaction():
        rename(silent, room, "during")
        outage.begin()
        silent.execute("SELECT 1")


def can_rename(lender: Pool, room: Room, name: str) -> bool:
    """Return whether the pool gives a connection, and the room's row is not locked."""
    try:
        with lender.connection() as again:
            rename(again, room, name)
    except psycopg.OperationalError:
        return False
    room.refresh_from_db()
    return room.name == name


def is_whole(lender: Pool) -> bool:
    stats = lender.get_stats()
    return bool(stats["pool_available"] == stats["pool_size"] == 2)


def test_a_query_without_an_answer_is_given_up_and_its_connection_is_replaced(
    lender: Pool, outage: outages.Silent, room: Room
) -> None:
    outage.begin()
    began = time.monotonic()
    with pytest.raises(Silent), lender.connection() as silent:
        silent.execute("SELECT 1")
    assert BOUND <= time.monotonic() - began < BOUND + patience(1)
    assert silent.closed
    outage.end()
    assert can_rename(lender, room, "after")
    eventually(lambda: is_whole(lender))


def test_many_threads_that_wait_at_once_are_all_told_and_lose_no_connection(
    lender: Pool, outage: outages.Silent, room: Room
) -> None:
    failures: list[psycopg.OperationalError] = []

    def ask() -> None:
        try:
            with lender.connection(timeout=BOUND) as one:
                one.execute("SELECT 1")
        except psycopg.OperationalError as error:
            failures.append(error)

    outage.begin()
    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * BOUND + patience(2))
    assert len(failures) == len(threads)
    outage.end()
    eventually(lambda: can_rename(lender, room, "after"))
    eventually(lambda: is_whole(lender))


def test_what_a_transaction_did_before_the_silence_is_rolled_back_and_unlocked(
    lender: Pool, outage: outages.Silent, room: Room
) -> None:
    with pytest.raises(Silent) as given_up:
        rename_and_ask(lender, room, outage)
    assert type(as_unavailable(as_django_raises(given_up.value))) is Away
    outage.end()
    room.refresh_from_db()
    assert room.name == "general"
    assert can_rename(lender, room, "after")


def test_a_commit_without_an_answer_is_said_to_be_uncertain(lender: Pool, outage: outages.Silent, room: Room) -> None:
    with lender.connection() as silent:
        silent.autocommit = False
        rename(silent, room, "during")
        outage.begin()
        with pytest.raises(Silent) as given_up:
            silent.commit()
    assert type(as_unavailable(as_django_raises(given_up.value))) is Uncertain
    outage.end()
    eventually(lambda: can_rename(lender, room, "after"))


def test_a_query_that_is_only_slow_is_ended_by_the_database_and_its_connection_goes_on(lender: Pool) -> None:
    with lender.connection() as slow:
        with pytest.raises(psycopg.errors.QueryCanceled):
            slow.execute("SELECT pg_sleep(10)")
        assert slow.execute("SELECT 1").fetchone() == (1,)


def test_a_transaction_of_a_server_that_has_vanished_ends_by_itself(
    lender: Pool, outage: outages.Silent, room: Room
) -> None:
    with pytest.raises(Silent):
        rename_and_ask(lender, room, outage)
    with ConnectionPool(database_url(), connection_class=Connection) as others:
        eventually(lambda: can_rename(others, room, "after"))


def test_the_commands_of_an_operator_wait_as_long_as_it_takes(lender: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silent_database, "_bound", None)
    with Connection.connect(database_url()) as patient:
        patient.execute("SELECT pg_sleep(%s)", [3 * BOUND])


def as_django_raises(error: Exception) -> OperationalError:
    raised = OperationalError(*error.args)
    raised.__cause__ = error
    return raised
