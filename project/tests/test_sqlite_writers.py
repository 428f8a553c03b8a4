"""Writers of one process on SQLite have their turns in order."""

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import User
from project.sqlite.queue import FairLock
from project.testing.machine import patience
from project.testing.outages import IS_SQLITE
from project.testing.waiting import eventually

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


@pytest.mark.skipif(not IS_SQLITE, reason="PostgreSQL has many writers at a time")
@pytest.mark.django_db(transaction=True)
class TestWriters:
    @pytest.fixture(autouse=True)
    def without_luck(self) -> Iterator[None]:
        """Let no connection of this test look twice whether it may write."""
        waits = connection.settings_dict["OPTIONS"]["timeout"]
        connection.settings_dict["OPTIONS"]["timeout"] = patience(30)
        yield
        connection.settings_dict["OPTIONS"]["timeout"] = waits

    def test_transactions_and_single_statements_of_many_threads_meet_no_lock(self, alice: User) -> None:
        errors: list[Exception] = []

        def write(number: int) -> None:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA busy_timeout = 0")  # SQLite's own waiting
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
            connection.close()  # as Django does where a rollback fails
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
