"""Servers that only a restart can help end themselves, and no others do."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from chat.runtime import silent_database
from chat.runtime.silent_database import Connection
from project.server import watchdog
from project.server.watchdog import Watchdog
from testing.outages import Outage
from testing.processes import database_url
from testing.waiting import eventually

Pool = ConnectionPool[Any]

SIZE = 2  # connections
LOOKS = 3  # in a row, until the end
ENOUGH = LOOKS + 1


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LOOKS", LOOKS)
    monkeypatch.setattr(watchdog, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(watchdog, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(silent_database, "_bound", 1)


def at_once(function: Callable[[], object]) -> None:
    """Run the function at once, like a healthy event loop."""
    function()


def watch(pool: Pool) -> Watchdog:
    return Watchdog(at_once, lambda: None, lambda: {"pages": pool})


def reasons(watchdog: Watchdog) -> list[str]:
    return [watchdog.look() for _ in range(ENOUGH)]


def test_a_server_whose_event_loop_turns_again_goes_on() -> None:
    waiting: list[Callable[[], object]] = []
    dog = Watchdog(waiting.append, lambda: None, dict)
    assert {dog.look() for _ in range(LOOKS - 1)} == {""}
    dog._call_soon = at_once
    assert set(reasons(dog)) == {""}


def test_a_server_whose_event_loop_turns_no_more_is_ended() -> None:
    dog = Watchdog(lambda function: None, lambda: None, dict)
    assert reasons(dog)[: LOOKS - 1] == [""] * (LOOKS - 1)
    assert "event loop" in dog.look()


def test_a_server_is_told_to_end_in_order_first(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    killed: list[int] = []
    monkeypatch.setattr(watchdog, "END_SECONDS", 0.01)
    monkeypatch.setattr("os._exit", killed.append)
    dog = Watchdog(lambda function: function() if function == ended.set else None, ended.set, dict)
    dog.start()
    assert ended.wait(30)
    assert eventually(lambda: killed) == [1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no pool")
class TestPools:
    @pytest.fixture
    def lender(self, transactional_db: None) -> Iterator[Pool]:
        with ConnectionPool(database_url(), connection_class=Connection, min_size=SIZE, max_size=SIZE) as lender:
            yield lender

    def test_a_pool_whose_connections_are_lost_ends_the_server(self, lender: Pool) -> None:
        dog = watch(lender)
        assert set(reasons(dog)) == {""}
        lost = [lender.getconn() for _ in range(SIZE)]
        found = reasons(dog)
        assert not any(found[:LOOKS])
        assert "pool of connections for pages" in found[-1]
        for one in lost:
            lender.putconn(one)
        assert dog.look() == ""

    def test_a_pool_that_pages_use_up_goes_on(self, lender: Pool) -> None:
        over = threading.Event()

        def pages() -> None:
            while not over.is_set():
                with lender.connection():
                    time.sleep(0.05)

        crowd = [threading.Thread(target=pages) for _ in range(20)]
        for each in crowd:
            each.start()
        try:
            dog = watch(lender)
            assert not any(dog.look() for _ in range(2 * ENOUGH))
        finally:
            over.set()
            for each in crowd:
                each.join()

    def test_a_database_that_is_away_ends_no_server(self, outage: Outage) -> None:
        url = outage.environment["DATABASE_URL"]
        with ConnectionPool(url, connection_class=Connection, min_size=SIZE, max_size=SIZE) as lender:
            dog = watch(lender)
            assert dog.look() == ""
            lost = [lender.getconn() for _ in range(SIZE)]
            outage.begin()
            try:
                assert set(reasons(dog)) == {""}
            finally:
                outage.end()
                for one in lost:
                    lender.putconn(one)
