"""Servers on SQLite keep a few connections for the next requests."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import OperationalError, close_old_connections, connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.models import User
from chat.tests.helpers.talk import fetch
from project.sqlite.base import close_pools, pool_connections
from project.sqlite.pool import MOST
from testing.machine import patience
from testing.outages import IS_SQLITE
from testing.processes import Server
from testing.sockets import session_cookie

pytestmark = [
    pytest.mark.skipif(not IS_SQLITE, reason="PostgreSQL has Django's pool"),
    pytest.mark.django_db(transaction=True),
]

T = TypeVar("T")


@pytest.fixture
def pooling() -> Iterator[None]:
    pool_connections()
    yield
    close_pools()


def request(work: Callable[[], T]) -> T:
    """Work in a new thread. At its end, Django closes old connections, as it does for a request."""

    def work_and_end() -> T:
        try:
            return work()
        finally:
            close_old_connections()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work_and_end).result()


def used() -> sqlite3.Connection:
    """Return this thread's connection, as SQLite's own object."""
    connection.ensure_connection()
    found: sqlite3.Connection = connection.connection
    return found


def is_open(one: sqlite3.Connection) -> bool:
    try:
        one.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return False
    return True


def test_without_a_pool_a_connection_is_closed_with_its_request() -> None:
    assert not is_open(request(used))


@pytest.mark.usefixtures("pooling")
class TestThePool:
    def test_a_request_takes_the_connection_that_the_last_one_gave_back(self) -> None:
        first = request(used)
        assert is_open(first)
        assert request(used) is first
        assert request(used) is first

    def test_requests_that_run_at_the_same_time_share_no_connection_and_few_are_kept(self) -> None:
        together = threading.Barrier(MOST + 3)

        def use_together(_: int) -> sqlite3.Connection:
            def use() -> sqlite3.Connection:
                found = used()
                together.wait(patience(10))
                return found

            return request(use)

        with ThreadPoolExecutor(MOST + 3) as threads:
            seen = list(threads.map(use_together, range(MOST + 3)))
        assert len(set(map(id, seen))) == MOST + 3
        assert [is_open(one) for one in seen].count(True) == MOST

    def test_a_connection_that_is_closed_in_a_transaction_is_not_kept(self, alice: User) -> None:
        def break_off() -> sqlite3.Connection:
            found = used()
            with transaction.atomic():
                User.objects.filter(pk=alice.pk).update(display_name="Undone")
                connection.close()
            return found

        assert not is_open(request(break_off))
        alice.refresh_from_db()
        assert alice.display_name != "Undone"
        request(alice.save)

    def test_a_connection_that_is_closed_after_an_error_is_not_kept(self) -> None:
        def fail() -> sqlite3.Connection:
            found = used()
            with pytest.raises(OperationalError), connection.cursor() as cursor:
                cursor.execute("SELECT * FROM no_such_table")
            connection.close()
            return found

        assert not is_open(request(fail))

    def test_a_result_that_was_not_read_to_its_end_holds_up_no_later_request(self, alice: User, bob: User) -> None:
        def begin() -> tuple[sqlite3.Connection, CursorWrapper]:
            cursor = connection.cursor()
            cursor.execute("SELECT id FROM accounts_user")
            assert cursor.fetchone()
            return used(), cursor

        def rename() -> sqlite3.Connection:
            with transaction.atomic():
                assert User.objects.get(pk=alice.pk).display_name == "Alice the First"
                User.objects.filter(pk=alice.pk).update(display_name="Alice the Second")
            return used()

        first, _cursor = request(begin)
        User.objects.filter(pk=alice.pk).update(display_name="Alice the First")
        assert request(rename) is first


def test_a_server_opens_no_connection_for_each_request(server: Server, alice: User) -> None:
    folder, database = Path(f"/proc/{server.pid}/fd"), Path(connection.settings_dict["NAME"]).resolve()
    if not folder.exists():
        pytest.skip("this system does not tell which files a process has open")

    def opened() -> int:
        return [link.resolve() for link in folder.iterdir()].count(database)

    cookie = session_cookie(alice)
    fetch(server, "/", cookie)
    before = opened()
    assert before
    for _ in range(30):
        fetch(server, "/", cookie)
    assert opened() <= before + 2  # the server's own threads may open one
