"""Gates bound the threads at work, and refuse threads that get no place in time."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connection, transaction

from accounts.overload import Gate, OneAtATime, OneEach, Overloaded, Refusals, release_connections
from testing.waiting import eventually

ON_POSTGRESQL = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no pool of connections")


class Crowd:
    """Threads that work behind a gate until they are released."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.let_go = threading.Event()
        self.arrived: list[int] = []
        self.pool = ThreadPoolExecutor(20)
        self.futures: list[Future[None]] = []

    def join(self, number: int) -> None:
        self.futures.append(self.pool.submit(self._work, number))

    def _work(self, number: int) -> None:
        with self.gate.entered():
            self.arrived.append(number)
            assert self.let_go.wait(30)


@contextmanager
def crowd(gate: Gate) -> Iterator[Crowd]:
    busy = Crowd(gate)
    try:
        yield busy
    finally:
        busy.let_go.set()
        busy.pool.shutdown()


def has(gate: Gate, threads: int) -> bool:
    return gate._inside + gate._queued == threads


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_gate_lets_the_waiting_in_by_turns_and_refuses_at_once_where_too_many_wait(at_once: int) -> None:
    gate = Gate("tests", at_once=at_once, waiting=5 - at_once, seconds=60)
    with crowd(gate) as busy:
        for number in range(5):
            busy.join(number)
            eventually(partial(has, gate, number + 1))
        eventually(lambda: sorted(busy.arrived) == list(range(at_once)))
        with pytest.raises(Overloaded) as refused, gate.entered():
            pass
        assert refused.value.retry_after == 60
    assert [each.exception() for each in busy.futures] == [None] * 5
    assert (busy.arrived if at_once == 1 else sorted(busy.arrived)) == [0, 1, 2, 3, 4]
    assert (gate._inside, gate._queued) == (0, 0)


def test_a_thread_waits_only_so_long_for_a_place() -> None:
    gate = Gate("tests", at_once=1, waiting=1, seconds=0.05)
    with crowd(gate) as busy:
        busy.join(0)
        eventually(lambda: busy.arrived)
        with pytest.raises(Overloaded) as refused, gate.entered():
            pass
        assert refused.value.retry_after == 1
    with gate.entered():
        assert gate._inside == 1


def test_work_that_fails_frees_its_place() -> None:
    gate, each = Gate("tests", at_once=1), OneEach("tests")
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), gate.entered(), each.entered("alice"):
            _ = 1 / 0


def test_a_person_has_one_piece_of_work_at_a_time() -> None:
    each = OneEach("tests")
    with each.entered("alice"):
        with each.entered("bob"), pytest.raises(OneAtATime), each.entered("alice"):
            pass
        with each.entered("bob"):
            pass
    with each.entered("alice"):
        pass


def test_many_refusals_are_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals("cakes")
    for _ in range(50):
        refusals.note()
    assert caplog.messages == ["Refused for now: cakes (1 since the last such line)"]
    assert refusals._written
    refusals._written -= 11
    refusals.note()
    assert caplog.messages[1:] == ["Refused for now: cakes (50 since the last such line)"]


@ON_POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_work_behind_a_gate_holds_no_connection_of_the_pool() -> None:
    gate = Gate("tests", at_once=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert connection.connection is not None
    with gate.entered():
        assert connection.connection is None
    with transaction.atomic():
        release_connections()
        assert connection.connection is not None
