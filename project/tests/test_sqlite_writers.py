"""Writers of one process on SQLite take turns in order."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import User
from project.sqlite.base import DatabaseWrapper, _queues
from project.sqlite.queue import FairLock
from testing.machine import patience
from testing.outages import IS_SQLITE
from testing.waiting import eventually

WRITERS = 20


def has_turns(lock: FairLock, count: int) -> bool:
    return len(lock._turns) == count


class TestTheLock:
    def test_it_is_handed_on_in_the_order_in_which_it_was_asked_for(self) -> None:
        lock, served = FairLock(), []
        assert lock.acquire(1)

        def take(number: int) -> None:
            assert lock.acquire(patience(10))
            served.append(number)
            lock.release()

        threads = [threading.Thread(target=take, args=[number]) for number in range(WRITERS)]
        for number, thread in enumerate(threads, 1):
            thread.start()
            eventually(partial(has_turns, lock, number))
        lock.release()
        for thread in threads:
            thread.join()
        assert served == list(range(WRITERS))

    def test_a_thread_that_gave_up_waiting_has_no_turn(self) -> None:
        lock = FairLock()
        assert lock.acquire(1)
        assert not lock.acquire(0.01)
        lock.release()
        assert lock.acquire(1)


@contextmanager
def waiting_for(seconds: float) -> Iterator[None]:
    """Let every writer wait this long. Connections of all threads share these settings."""
    options = connection.settings_dict["OPTIONS"]
    before = options["timeout"]
    options["timeout"] = seconds
    try:
        yield
    finally:
        options["timeout"] = before


def queue_of_the_database() -> FairLock:
    return _queues[str(connection.settings_dict["NAME"])]


def sqlite_wait() -> float:
    """Return for how many seconds SQLite lets this thread's connection wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        return float(cursor.fetchone()[0]) / 1000


@pytest.mark.skipif(not IS_SQLITE, reason="PostgreSQL has many writers at a time")
@pytest.mark.django_db(transaction=True)
class TestWriters:
    @pytest.fixture(autouse=True)
    def patient(self) -> Iterator[None]:
        with waiting_for(patience(30)):
            yield

    def test_transactions_and_single_statements_of_many_threads_meet_no_lock(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        errors: list[Exception] = []
        let_sqlite_wait = DatabaseWrapper._let_sqlite_wait
        monkeypatch.setattr(DatabaseWrapper, "_let_sqlite_wait", lambda wrapper, seconds: let_sqlite_wait(wrapper, 0))

        def write(number: int) -> None:
            try:
                for _ in range(10):
                    if number % 2:
                        User.objects.filter(pk=alice.pk).update(display_name=str(number))
                    else:
                        with transaction.atomic():
                            User.objects.filter(pk=alice.pk).update(display_name=str(number))
                            User.objects.get(pk=alice.pk)
            except OperationalError as error:
                errors.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=write, args=[number]) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []

    def test_a_transaction_that_fails_ends_its_turn(self, alice: User) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        with transaction.atomic():
            connection.close()  # as Django does if a rollback fails
        with transaction.atomic():
            alice.save()

    def test_a_writer_that_waits_for_too_long_is_refused_as_by_a_locked_database(self, alice: User) -> None:
        refused: list[Exception] = []

        def write() -> None:
            connection.settings_dict["OPTIONS"]["timeout"] = 0.01
            try:
                alice.save()
            except OperationalError as error:
                refused.append(error)
            finally:
                connection.close()

        with transaction.atomic():
            thread = threading.Thread(target=write)
            thread.start()
            thread.join()
        assert [str(error) for error in refused] == ["database is locked"]

    def test_sqlite_is_waited_for_only_as_long_as_the_wait_for_the_turn_left(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = 0.0
        monkeypatch.setattr("project.sqlite.base.monotonic", lambda: now)
        let_sqlite_wait = DatabaseWrapper._let_sqlite_wait
        waits: list[float] = []

        def note_wait(wrapper: DatabaseWrapper, seconds: float) -> None:
            let_sqlite_wait(wrapper, seconds)
            waits.append(sqlite_wait())

        def write() -> None:
            try:
                alice.save()
            finally:
                connection.close()

        with waiting_for(60), transaction.atomic():
            monkeypatch.setattr(DatabaseWrapper, "_let_sqlite_wait", note_wait)
            thread = threading.Thread(target=write)
            thread.start()
            eventually(partial(has_turns, queue_of_the_database(), 1))
            now = 40.0
        thread.join()
        assert waits == [20, 60]

    def test_writers_are_refused_in_time_while_another_process_holds_the_lock(self, alice: User) -> None:
        seconds = patience(1)

        def write(number: int) -> float:
            """Return after how many seconds the write is refused."""
            began = time.monotonic()
            try:
                with pytest.raises(OperationalError, match="database is locked"), writes[number % 2]():
                    User.objects.filter(pk=alice.pk).update(display_name=str(number))
                return time.monotonic() - began
            finally:
                connection.close()

        writes = (nullcontext, transaction.atomic)
        path = connection.settings_dict["NAME"]
        with closing(sqlite3.connect(path)) as other, ThreadPoolExecutor(WRITERS) as writers:
            other.execute("BEGIN IMMEDIATE")
            with waiting_for(0.9 * seconds):  # it gives up when the others have little time left
                first = writers.submit(write, 0)
                eventually(lambda: queue_of_the_database()._is_held)
            with waiting_for(seconds):
                assert max(writers.map(write, range(1, WRITERS))) < 1.5 * seconds
            assert first.result() < 1.5 * seconds
        alice.save()
