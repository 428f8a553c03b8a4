"""Aborted requests return their database connection, in every phase of a request."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.routing import get_default_application
from django.contrib.auth.decorators import login_not_required
from django.core.signals import request_finished
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import path
from pytest_django import Settings

from accounts.models import User
from chat.models import Room
from chat.services.rooms import membership
from testing.database import lent
from testing.in_process import InProcessServer
from testing.machine import patience
from testing.sockets import Client, session_cookie

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no pool of connections"),
]


SHORT_SECONDS = 0.2


class Stage:
    """Progress of a test's requests, and the event that lets those waiting in a view go on."""

    def __init__(self) -> None:
        self.waiting = 0
        self.go_on = threading.Event()

    def wait(self) -> None:
        self.waiting += 1
        self.go_on.wait(patience(10))


stage = Stage()
ended: list[object] = []  # an entry for each request


def note_the_end(sender: object, **_: object) -> None:
    ended.append(sender)


@login_not_required
def before_queries(request: HttpRequest) -> HttpResponse:
    stage.wait()
    return HttpResponse(f"{User.objects.count()}")


@login_not_required
def between_queries(request: HttpRequest) -> HttpResponse:
    User.objects.count()
    stage.wait()
    return HttpResponse(f"{User.objects.count()}")


@login_not_required
def streams(request: HttpRequest) -> HttpResponseBase:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"%d" % await sync_to_async(User.objects.count)()
        await sync_to_async(stage.wait)()
        yield b"%d" % await sync_to_async(User.objects.count)()

    return StreamingHttpResponse(pieces())


@login_not_required
def streams_without_queries(request: HttpRequest) -> HttpResponseBase:
    User.objects.count()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"The first"
        stage.waiting += 1
        while not stage.go_on.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        yield b"and the last"

    return StreamingHttpResponse(pieces())


def for_members(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Come in")


handler500 = "project.errors.pages.server_error"
urlpatterns = [
    path(view.__name__, view)
    for view in (before_queries, between_queries, streams, streams_without_queries, for_members)
]


class Request:
    """A request as our Daphne runs it: informed of the end of its connection, and cancelled some seconds later."""

    def __init__(self, name: str, cookie: str = "") -> None:
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.said: list[dict[str, Any]] = []
        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/{name}",
            "headers": [(b"host", b"localhost"), *([(b"cookie", f"sessionid={cookie}".encode())] if cookie else [])],
            "query_string": b"",
            "asgi": {"version": "3.0"},
        }
        self.application = asyncio.ensure_future(get_default_application()(scope, self.messages.get, self.say))

    async def say(self, message: dict[str, Any]) -> None:
        self.said.append(message)

    @property
    def status(self) -> int:
        return int(self.said[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.said[0]["headers"])

    def send(self) -> None:
        self.messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})

    def hang_up(self) -> None:
        self.messages.put_nowait({"type": "http.disconnect"})


def pool() -> Any:
    return connection.pool  # type: ignore[attr-defined]


async def until(condition: Any) -> None:
    async with asyncio.timeout(patience(5)):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def views(settings: Settings) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    stage.__init__()  # type: ignore[misc]
    ended.clear()
    connection.close()
    asyncio.run(sync_to_async(connections.close_all)())  # on the thread where asynchronous tests use the ORM
    usual = pool().timeout
    request_finished.connect(note_the_end)  # after Django's receiver, which returns the connection
    yield
    request_finished.disconnect(note_the_end)
    pool().timeout = usual
    stage.go_on.set()


@pytest.fixture
def room(alice: User) -> Room:
    return membership.create_room(alice, "general")


@pytest.fixture
def cookie(alice: User, room: Room) -> str:
    """Return the key of a session of Alice's. The calling thread holds no connection afterwards."""
    key = session_cookie(alice)
    connection.close()
    return key


async def hold_all_connections() -> list[Request]:
    """Let pages wait while they hold all of the pool's connections. The next page waits for a moment only."""
    requests = [Request("between_queries") for _ in range(pool().max_size)]
    for request in requests:
        request.send()
    await until(lambda: stage.waiting == len(requests))
    pool().timeout = SHORT_SECONDS
    return requests


@pytest.mark.parametrize("killed", [False, True], ids=["told", "killed"])
@pytest.mark.parametrize("name", ["before_queries", "between_queries", "streams"])
async def test_requests_that_are_broken_off_while_they_wait_lose_no_connection(name: str, killed: bool) -> None:
    requests = [Request(name) for _ in range(8)]
    for request in requests:
        request.send()
    await until(lambda: stage.waiting == len(requests))
    for request in requests:
        request.hang_up()
    await asyncio.sleep(0.05)
    if killed:
        for request in requests:
            request.application.cancel()
        await asyncio.wait([request.application for request in requests])
    stage.go_on.set()
    await until(lambda: len(ended) == len(requests))
    await until(lambda: lent() == 0)


@pytest.mark.parametrize("killed", [False, True], ids=["told", "killed"])
async def test_requests_that_are_broken_off_while_they_wait_for_a_connection_lose_none(killed: bool) -> None:
    requests = await hold_all_connections()
    for _ in range(8):
        requests.append(Request("between_queries"))
        requests[-1].send()
    await asyncio.sleep(0.05)
    for request in requests:
        request.hang_up()
    await asyncio.sleep(0.05)
    if killed:
        for request in requests:
            request.application.cancel()
    stage.go_on.set()
    await until(lambda: len(ended) == len(requests))
    await until(lambda: lent() == 0)


@pytest.mark.parametrize("messages", [[], [{"type": "http.request", "body": b"a", "more_body": True}]])
async def test_a_request_that_is_broken_off_before_it_is_complete_takes_no_connection(
    messages: list[dict[str, Any]],
) -> None:
    request = Request("between_queries")
    for message in messages:
        request.messages.put_nowait(message)
    request.hang_up()
    await asyncio.wait([request.application])
    assert (lent(), stage.waiting) == (0, 0)


async def test_an_answered_request_has_given_its_connection_back() -> None:
    request = Request("between_queries")
    request.send()
    stage.go_on.set()
    await asyncio.wait([request.application])
    assert request.status == 200
    assert lent() == 0


async def test_a_streamed_answer_holds_no_connection_while_its_reader_takes_it() -> None:
    requests = [Request("streams_without_queries") for _ in range(3)]
    for request in requests:
        request.send()
    await until(lambda: stage.waiting == len(requests))
    assert lent() == 0
    stage.go_on.set()
    await asyncio.wait([request.application for request in requests])
    assert {request.status for request in requests} == {200}


async def test_a_page_that_gets_no_connection_in_time_is_told_when_to_come_back(
    caplog: pytest.LogCaptureFixture, cookie: str
) -> None:
    requests = await hold_all_connections()
    refused = [Request("between_queries") for _ in range(3)]
    refused += [Request("for_members", cookie)]  # its middleware asks the database for the user
    for request in refused:
        request.send()
    await asyncio.wait([request.application for request in refused])
    for request in refused:
        assert request.status == 503
        assert request.headers[b"Retry-After"] == b"5"
    lines = [record.getMessage() for record in caplog.records if record.levelname != "INFO"]
    assert len([line for line in lines if "pages without a connection" in line]) <= 1
    assert not [record for record in caplog.records if record.exc_info]
    stage.go_on.set()
    await asyncio.wait([request.application for request in requests])
    assert {request.status for request in requests} == {200}
    await until(lambda: lent() == 0)


async def test_sockets_open_and_post_while_pages_hold_every_connection_of_theirs(
    site: InProcessServer, alice: User, room: Room, cookie: str
) -> None:
    requests = await hold_all_connections()
    async with Client(site, alice, cookie=cookie) as client:
        posted = await client.command("message.post", room=room.pk, client_id=str(uuid4()), body="Hello")
        assert posted["message"]["body"] == "Hello"
    assert lent() >= len(requests)
    stage.go_on.set()
    await asyncio.wait([request.application for request in requests])
    await until(lambda: lent() == 0)
