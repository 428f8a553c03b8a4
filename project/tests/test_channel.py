"""Slow peers on HTTP connections of a real server."""

import socket
import ssl
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPResponse
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from chat.models import Message, Room
from chat.models.audit import AuditEntry
from chat.services.rooms import membership
from chat.tests.helpers.talk import fetch
from project.tests.test_tls import TlsServer, make_certificate
from testing.machine import patience
from testing.processes import UNLIMITED, Server
from testing.sockets import session_cookie
from testing.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

MB = 1_000_000
REQUESTS = 20
MANY_REQUESTS = 60
SESSION = settings.SESSION_COOKIE_NAME
SIGN_IN = "/accounts/login/"


@pytest.fixture
def history(alice: User) -> str:
    """Return the URL of a page of history of a megabyte: one message, longer than allowed."""
    room = membership.create_room(alice, "general")
    text = "x" * 500_000
    Message.objects.create(
        room=room,
        author=alice,
        body=text,
        html=text,
        client_id=uuid4(),
        created_at=timezone.now(),
        position=2,
        version=2,
    )
    Room.objects.filter(pk=room.pk).update(version=2)
    return f"/rooms/{room.pk}/history/?before=3"


@pytest.fixture
def server(servers: Callable[..., Server]) -> Server:
    """Start a server without a limit on the bytes for one user."""
    return servers(**UNLIMITED)


def peer_of(server: Server, buffer: int | None = None) -> socket.socket:
    """Connect with a receive buffer of this many bytes, so that the server notices early that nothing is read."""
    peer = socket.socket()
    if buffer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    peer.settimeout(patience(20))
    peer.connect(("127.0.0.1", server.port))
    return peer


def request(server: Server, path: str, cookie: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost:{server.port}\r\nCookie: {SESSION}={cookie}\r\n\r\n".encode()


def read_all(peer: socket.socket, length: int) -> bytes:
    """Read at least this many bytes, quickly."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * MB)
    read = bytearray()
    while len(read) < length:
        more = peer.recv(MB)
        assert more, f"The connection ended after {len(read)} bytes."
        read += more
    return bytes(read)


def most_memory_while_reading(server: Server, peer: socket.socket, length: int) -> int:
    """Read at least this many bytes, and return the server's peak memory meanwhile."""
    most, read = server.memory(), 0
    while read < length:
        read += len(read_all(peer, 1))
        most = max(most, server.memory())
    return most


def rest_of(peer: socket.socket) -> int:
    """Return how many bytes arrive until the connection ends in any way."""
    read = 0
    with suppress(ConnectionError):
        while more := len(peer.recv(MB)):
            read += more
    return read


def answers(server: Server, path: str) -> int:
    """Return how many responses the server has passed on to connections."""
    return server.log.read_text().count(f'"GET {path}')


def test_the_next_request_of_a_pipeline_waits_until_the_peer_has_taken_the_last_answer(
    server: Server, alice: User, history: str
) -> None:
    cookie = session_cookie(alice)
    fetch(server, SIGN_IN)
    size = len(fetch(server, history, cookie))
    assert size > MB
    with closing(peer_of(server)) as peer:  # a peer that takes its responses shows the cost of making them
        peer.sendall(request(server, history, cookie) * REQUESTS)
        before = most_memory_while_reading(server, peer, REQUESTS * size)
    done = answers(server, history)
    with closing(peer_of(server, buffer=4_096)) as peer:
        peer.sendall(request(server, history, cookie) * MANY_REQUESTS)
        eventually(lambda: answers(server, history) > done)
        for _ in range(5):
            fetch(server, SIGN_IN)
        assert answers(server, history) - done <= 6  # the system's own buffers take some
        assert server.memory() - before < 10 * MB
        everything = read_all(peer, MANY_REQUESTS * size)
    assert everything.count(b"HTTP/1.1 200 OK") == MANY_REQUESTS


@pytest.mark.program
def test_the_next_request_of_a_pipeline_waits_over_tls_too(
    servers: Callable[..., Server], alice: User, history: str, tmp_path: Path
) -> None:
    TlsServer.key, TlsServer.certificate = make_certificate(tmp_path)
    server, cookie = servers(TlsServer, **UNLIMITED), session_cookie(alice)
    trusting = ssl.create_default_context(cafile=str(TlsServer.certificate))
    trusting.check_hostname = False
    with closing(trusting.wrap_socket(peer_of(server, buffer=4_096))) as peer:
        peer.sendall(request(server, history, cookie) * REQUESTS)
        eventually(lambda: answers(server, history) > 0)
        with closing(trusting.wrap_socket(peer_of(server))) as other:
            other.sendall(request(server, history, cookie) * 3)
            read_all(other, 3 * MB)
        assert answers(server, history) <= 3 + 6
        assert read_all(peer, REQUESTS * MB).count(b"HTTP/1.1 200 OK") >= REQUESTS - 1


def test_a_streamed_answer_waits_for_its_peer(server: Server, alice: User) -> None:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    details = {"words": "x" * 3_000}
    AuditEntry.objects.bulk_create(AuditEntry(act=AuditEntry.Act.ANNOUNCED, details=details) for _ in range(4_000))
    cookie, path = session_cookie(alice), "/site/audit/export/"
    with closing(peer_of(server, buffer=4_096)) as peer:
        peer.sendall(request(server, path, cookie))
        assert peer.recv(12) == b"HTTP/1.1 200"
        for _ in range(5):
            fetch(server, SIGN_IN)
        assert answers(server, path) == 0
        read_all(peer, 12 * MB)
        eventually(lambda: answers(server, path) == 1)


def test_a_peer_that_takes_nothing_of_its_answer_is_cut_off(
    servers: Callable[..., Server], alice: User, history: str
) -> None:
    server, cookie = servers(**UNLIMITED, ROOMFUL_STALL_SECONDS="2"), session_cookie(alice)
    asked = request(server, history, cookie)
    with closing(peer_of(server, buffer=4_096)) as deaf, closing(peer_of(server, buffer=100_000)) as slow:
        deaf.sendall(asked * REQUESTS)
        slow.sendall(asked * REQUESTS)
        taken = 0

        def deaf_is_cut_off() -> bool:
            nonlocal taken
            taken += len(slow.recv(65_536))
            return "Cut off 127.0.0.1" in server.log.read_text()

        eventually(deaf_is_cut_off, within=30)
        assert rest_of(deaf) < REQUESTS * MB
        assert taken < REQUESTS * MB
        read_all(slow, REQUESTS * MB - taken)
    assert server.log.read_text().count("Cut off") == 1


def test_the_head_of_a_request_has_to_come_in_time(servers: Callable[..., Server]) -> None:
    server = servers(ROOMFUL_BODY_SECONDS="1")
    complete = request(server, SIGN_IN)
    for beginning, rest in {b"": b"", b"GET /": b"a", complete[:-2]: b"X", complete + b"GET /": b"a"}.items():
        with closing(peer_of(server)) as peer:
            peer.sendall(beginning)
            if beginning.startswith(complete):
                response = HTTPResponse(peer)
                response.begin()
                assert response.read()
            trickle(peer, rest)


def trickle(peer: socket.socket, byte: bytes) -> None:
    """Send a byte now and then, until the server hangs up."""
    peer.settimeout(0.1)

    def is_closed() -> bool:
        with suppress(TimeoutError):
            if peer.recv(1_000) == b"":
                return True
        peer.sendall(byte)
        return False

    with suppress(ConnectionError):
        eventually(is_closed, within=10)
