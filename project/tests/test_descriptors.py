"""Servers that run out of file descriptors, or start with few."""

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException

import pytest
from django.conf import settings

from accounts.models import User
from chat.services.rooms import membership
from chat.tests.helpers.talk import fetch, in_thread, open_room, post
from testing.machine import patience
from testing.processes import UNLIMITED, Server
from testing.rows import Measured
from testing.sockets import Client, session_cookie
from testing.waiting import eventually
from testing.wire import handshake

SIGN_IN = "/accounts/login/"
LEFT = 40  # descriptors, once the test begins
KINDS = 2  # of warnings: sockets are refused, connections are closed
RAISED = """
import resource
from project.server.descriptors import raise_limit
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (100, min(hard, 2_000)))
raise_limit()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_a_server_raises_its_soft_limit_to_the_hard_one() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", RAISED], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    soft, hard = ran.stdout.split()
    assert soft == hard == "2000"


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="The system has no way to limit another process.")
@pytest.mark.django_db(transaction=True)
@pytest.mark.row(56)
async def test_open_sockets_go_on_and_pages_are_served_when_file_descriptors_run_out(
    servers: Callable[..., Server], measured: Measured, alice: User, bob: User
) -> None:
    general = await in_thread(membership.create_room)(alice, "general")
    await in_thread(membership.join)(bob, general.pk)
    server, cookie = servers(**UNLIMITED, ROOMFUL_BODY_SECONDS="2"), await in_thread(session_cookie)(bob)
    async with Client(server, alice) as a, Client(server, bob) as b:
        for client in (a, b):
            await open_room(client, general)
            await post(client, general, "Before")
        await in_thread(fetch)(server, SIGN_IN)
        limit(server, len(os.listdir(f"/proc/{server.pid}/fd")) + LEFT)

        with closing_all() as opened:
            answers = await in_thread(lambda: [open_socket(server, cookie, opened) for _ in range(LEFT)])()
            assert answers[0].startswith("HTTP/1.1 101")
            refused = [answer for answer in answers if "101" not in answer.splitlines()[0]]
            assert len(refused) > 5
            assert all(answer.startswith("HTTP/1.1 503") and "retry-after: 30" in answer.lower() for answer in refused)

            with measured.time("20 pages", within=10):
                await in_thread(eventually)(
                    lambda: serves_a_page(server), within=10
                )  # refused sockets are closed by then
                for _ in range(20):
                    assert await in_thread(connection_header)(server) == "close"
            with measured.time("two posts", within=5):
                for client in (a, b):
                    await post(client, general, "While none are left")
            await in_thread(lambda: opened.extend(connect(server) for _ in range(LEFT)))()
            with measured.time("a page, once idle connections took the reserve", within=10):
                await in_thread(eventually)(lambda: serves_a_page(server), within=10)
            await post(a, general, "While idle connections hold the rest")
            warnings = [line for line in server.log.read_text().splitlines() if "file descriptors" in line]
            assert len(warnings) <= 2 * KINDS
            assert "LimitNOFILE" in warnings[0]

        await in_thread(eventually)(lambda: takes_a_socket(server, cookie), within=10)


@contextmanager
def closing_all() -> Iterator[list[socket.socket]]:
    opened: list[socket.socket] = []
    yield opened
    for one in opened:
        one.close()


def limit(server: Server, descriptors: int) -> None:
    server.is_undisturbed = False  # no other test can use it
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (descriptors, descriptors))


def open_socket(server: Server, cookie: str, opened: list[socket.socket]) -> str:
    """Open a WebSocket, and return the head of the answer."""
    opened.append(connect(server))
    opened[-1].sendall(handshake(server, cookie))
    return opened[-1].recv(1_000).decode("latin-1")


def takes_a_socket(server: Server, cookie: str) -> bool:
    with closing_all() as opened:
        return open_socket(server, cookie, opened).startswith("HTTP/1.1 101")


def serves_a_page(server: Server) -> bool:
    with suppress(OSError, HTTPException):
        return connection_header(server) == "close"
    return False


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=patience(10))


def connection_header(server: Server) -> str | None:
    with closing(HTTPConnection("localhost", server.port, timeout=patience(10))) as connection:
        connection.request("GET", SIGN_IN)
        response = connection.getresponse()
        assert response.status == 200
        assert response.read()
        return response.headers["Connection"]
