"""Health checks at `/healthz`."""

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection

import pytest

from accounts.models import User
from chat.hub import running_hub
from project.health import LOOK_SECONDS
from testing.in_process import InProcessServer
from testing.machine import patience
from testing.outages import OUTAGES, Locked, Outage
from testing.processes import Server, Valkey
from testing.sockets import Client
from testing.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

Servers = Callable[..., Server]

# A probe calls the site by an IP address, which is none of its host names and origins.
PROBE = {"Host": "10.0.0.7:8000"}


def ask(server: Server, method: str = "GET", path: str = "/healthz") -> tuple[int, str]:
    with closing(HTTPConnection("localhost", server.port, timeout=patience(20))) as line:
        line.request(method, path, headers=PROBE)
        answer = line.getresponse()
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Set-Cookie"] is None
        return answer.status, answer.read().decode()


def test_anybody_may_ask_whether_a_server_can_serve_and_learns_no_more(server: Server) -> None:
    assert ask(server) == (200, "OK\n")
    assert ask(server, "HEAD") == (200, "")
    assert ask(server, "POST") == (405, "Method Not Allowed\n")
    assert ask(server, path="/")[0] == 400  # every other path requires a host name of the site
    eventually(lambda: '"GET /"' in server.log.read_text())
    assert "healthz" not in server.log.read_text()


@pytest.mark.skipif([Locked] == OUTAGES, reason="SQLite answers reads while it is locked")
class TestWithoutTheDatabase:
    def test_the_server_says_so_within_seconds_and_is_well_again_afterwards(
        self, servers: Servers, outage: Outage
    ) -> None:
        server = servers(**outage.environment, ROOMFUL_DATABASE_WAIT_MS="1000")
        assert ask(server) == (200, "OK\n")
        outage.begin()
        try:
            eventually(lambda: ask(server)[0] == 503)
            began = time.monotonic()
            assert ask(server) == (503, "Service Unavailable\n")
            assert time.monotonic() - began < LOOK_SECONDS + patience(1)
        finally:
            outage.end()
        eventually(lambda: ask(server) == (200, "OK\n"))
        assert server.runs


def test_a_server_is_well_while_redis_is_away(server: Server, valkey: Valkey) -> None:
    """The server still stores and shows messages, and no other server could do more."""
    valkey.stop()
    try:
        assert ask(server) == (200, "OK\n")
    finally:
        valkey.start()


async def test_a_server_whose_hub_has_ended_is_not_well(site: InProcessServer, alice: User) -> None:
    async with Client(site, alice):
        hub = running_hub()
        assert hub
        assert hub.runs
        reader = hub._subscriptions._tasks[0]
        reader.cancel()
        await asyncio.wait([reader])
        assert not hub.runs
