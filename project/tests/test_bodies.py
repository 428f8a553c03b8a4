"""Limit on request bodies: no more than a picture needs, on any server."""

import socket
import time
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPResponse

import pytest

from accounts.models import User
from testing.machine import patience
from testing.processes import PlainServer, Server, Uvicorn

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = 6 * 1024 * 1024  # bytes
CHUNK = b"x" * 65_536
SIGN_IN = "/accounts/login/"


def begin(server: Server, *headers: str) -> socket.socket:
    """Send a request's headers, with the body still to come."""
    opened = socket.create_connection(("127.0.0.1", server.port), timeout=patience(10))
    lines = [f"POST {SIGN_IN} HTTP/1.1", f"Host: localhost:{server.port}", *headers, "", ""]
    opened.sendall("\r\n".join(lines).encode())
    return opened


def answer_on(opened: socket.socket) -> HTTPResponse:
    response = HTTPResponse(opened)
    response.begin()
    return response


def send_chunks(opened: socket.socket, megabytes: int) -> int:
    """Send chunks, and return how many bytes the server took."""
    sent = 0
    with suppress(OSError):
        for _ in range(megabytes * 16):
            opened.sendall(b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK))
            sent += len(CHUNK)
        opened.sendall(b"0\r\n\r\n")
    return sent


def status_of(server: Server, length: int) -> int:
    with closing(HTTPConnection("localhost", server.port, timeout=patience(10))) as connection:
        with suppress(ConnectionError):
            connection.request("POST", SIGN_IN, b"x" * length, {"Content-Type": "application/octet-stream"})
        return connection.getresponse().status


def test_a_body_that_is_too_long_is_refused_before_it_comes(server: Server) -> None:
    assert status_of(server, LIMIT) == 403  # there is no token, but the body was read
    with closing(begin(server, f"Content-Length: {LIMIT + 1}", "Expect: 100-continue")) as opened:
        answer = answer_on(opened)
        assert (answer.status, answer.headers["Connection"]) == (413, "close")
        assert opened.recv(1) == b""


def test_a_body_without_a_length_is_cut_off_and_fills_no_memory(server: Server, alice: User) -> None:
    status_of(server, LIMIT)
    before = server.memory()
    for _ in range(3):
        with closing(begin(server, "Transfer-Encoding: chunked")) as opened:
            assert send_chunks(opened, megabytes=1) == 1024 * 1024
            assert answer_on(opened).status == 403
        with closing(begin(server, "Transfer-Encoding: chunked")) as opened:
            send_chunks(opened, megabytes=100)
            with suppress(ConnectionError):
                assert answer_on(opened).status == 413
    assert server.memory() - before < 5_000_000
    assert status_of(server, 10) == 403
    assert "Traceback" not in server.log.read_text()


def test_a_form_with_too_many_fields_is_refused_quickly(server: Server) -> None:
    form, kind = b"a&" * (LIMIT // 2), "Content-Type: application/x-www-form-urlencoded"
    with closing(begin(server, f"Content-Length: {len(form)}", kind)) as opened:
        began = time.monotonic()
        opened.sendall(form)
        assert answer_on(opened).status in (400, 403)
        assert time.monotonic() - began < patience(1)


def test_a_client_that_takes_too_long_to_send_a_request_is_cut_off(servers: Callable[..., Server]) -> None:
    server = servers(ROOMFUL_BODY_SECONDS="1")
    with closing(begin(server, "Content-Length: 10")) as opened:
        opened.sendall(b"x")
        assert answer_on(opened).status == 408
        assert opened.recv(1) == b""
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=patience(10))) as opened:
        opened.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert answer_on(opened).status == 408


@pytest.mark.parametrize("kind", [Uvicorn, PlainServer])
def test_other_asgi_servers_refuse_a_body_that_is_too_long_too(
    servers: Callable[..., Server], kind: type[Server]
) -> None:
    server = servers(kind)
    assert status_of(server, LIMIT) == 403
    assert status_of(server, LIMIT + 1) == 413
    with closing(begin(server, "Transfer-Encoding: chunked")) as opened:
        send_chunks(opened, megabytes=8)
        assert answer_on(opened).status == 413
    assert "Traceback" not in server.log.read_text()


def test_a_request_line_or_headers_that_are_too_long_are_refused(server: Server) -> None:
    for lines in (["GET /" + "x" * 17_000 + " HTTP/1.1"], ["GET / HTTP/1.1", *(f"X-{n}: y" for n in range(600))]):
        with closing(socket.create_connection(("127.0.0.1", server.port), timeout=patience(10))) as opened:
            opened.sendall("\r\n".join([*lines, "", ""]).encode())
            with suppress(ConnectionResetError):
                assert opened.recv(12) in (b"", b"HTTP/1.1 400")
