"""Forms while the database is away, locked or full: refused for now, on our own page, with the typed values."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client as Browser

from accounts.models import User
from chat.models import Message, Room
from chat.runtime import database
from chat.services.rooms import membership
from testing.in_process import InProcessServer
from testing.length import Length
from testing.machine import patience
from testing.outages import IS_SQLITE, Outage
from testing.processes import UNLIMITED, Server
from testing.rows import Measured
from testing.sockets import Client, Refused, session_cookie

pytestmark = pytest.mark.django_db(transaction=True)

Servers = Callable[..., Server]

TOKEN = "a" * 32
WRITERS = 20
CROWD = 20
TRIES = 5  # to sign in
FEWEST = 5  # writes of each
TYPED = "Words that took an hour & more"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    retry_after: str | None
    page: str


def submit(server: Server, path: str, fields: dict[str, str], cookie: str = "") -> Answer:
    """Send a form as a browser does that has a session's cookie."""
    cookies = {settings.CSRF_COOKIE_NAME: TOKEN} | ({settings.SESSION_COOKIE_NAME: cookie} if cookie else {})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Origin": server.origin,
    }
    with closing(HTTPConnection("localhost", server.port, timeout=patience(60))) as line:
        line.request("POST", path, urlencode(fields | {"csrfmiddlewaretoken": TOKEN}), headers)
        answer = line.getresponse()
        return Answer(answer.status, answer.headers["Retry-After"], answer.read().decode())


def is_refused_for_now(answer: Answer, *kept: str) -> bool:
    assert answer.status == 503, (answer.status, answer.page)
    assert answer.retry_after
    assert int(answer.retry_after) > 0
    assert all(words in unescape(answer.page) for words in kept)
    return True


class TestWithoutTheDatabase:
    @pytest.mark.row(61)
    def test_forms_and_sign_in_are_refused_for_now_and_what_was_typed_is_kept(
        self, servers: Servers, outage: Outage, length: Length, measured: Measured, alice: User, bob: User
    ) -> None:
        wait = length.pick(full=5, short=1)
        server = servers(**outage.environment, ROOMFUL_DATABASE_WAIT_MS=str(1000 * wait))
        cookie, *cookies = (session_cookie(bob) for _ in range(1 + CROWD))
        sign_in = {"login": "alice", "password": "alice's password"}

        def enter() -> Answer:
            return submit(server, "/accounts/login/", sign_in)

        def new_room(name: str, cookie: str = cookie) -> Answer:
            return submit(server, "/rooms/new/", {"name": name, "topic": TYPED, "kind": "public"}, cookie)

        assert enter().status == 302
        assert new_room("before").status == 302
        outage.begin()
        try:
            with measured.time("until a form is refused", within=wait + 1):
                assert is_refused_for_now(
                    new_room("during"), "Your input is kept", "during", TYPED, 'action="/rooms/new/"'
                )
            with measured.time("until signing in is refused", within=wait + 1):
                refused = enter()
            assert is_refused_for_now(refused, 'value="alice"', 'type="password"')
            assert "alice's password" not in unescape(refused.page)
            with ThreadPoolExecutor(TRIES) as tries:  # wrong ones would lock her out
                assert all(is_refused_for_now(tried) for tried in tries.map(lambda _: enter(), range(TRIES)))
            with measured.time("until a crowd is refused", within=wait + 2), ThreadPoolExecutor(CROWD) as crowd:
                assert all(is_refused_for_now(answer) for answer in crowd.map(new_room, cookies, cookies))
            time.sleep(length.pick(full=10, short=0))  # a pool's pauses grow
        finally:
            outage.end()
        with measured.time("until forms are stored after the return", within=5):
            while new_room("after").status == 503:
                assert not Room.objects.filter(name="after").exists()
        assert {"before", "after"} <= set(Room.objects.values_list("name", flat=True))
        assert enter().status == 302
        assert server.rest().lent == 0


row_of_a_full_disk = pytest.mark.row(61) if IS_SQLITE else pytest.mark.skip(reason="PostgreSQL's disk is another's")


class TestFullDisk:
    """A database that cannot grow by another page."""

    LONG = "A long text. " * 30

    @row_of_a_full_disk
    def test_a_form_is_refused_for_now_and_what_was_typed_is_kept(self, alice: User) -> None:
        browser = Browser(raise_request_exception=False)
        browser.force_login(alice)
        form = {"name": "long", "topic": "", "description": self.LONG, "kind": "public"}
        assert browser.post("/rooms/new/", form | {"name": "before"}).status_code == 302
        try:
            fill_the_disk()
            answers = [browser.post("/rooms/new/", form | {"name": f"room {number}"}) for number in range(30)]
        finally:
            connection.close()
        assert answers[-1].status_code == 503
        assert {answer.status_code for answer in answers} <= {302, 503}
        assert answers[-1]["Retry-After"] == "5"
        assert self.LONG.strip() in answers[-1].content.decode()
        assert browser.post("/rooms/new/", form | {"name": "after"}).status_code == 302

    @row_of_a_full_disk
    async def test_a_message_is_refused_as_unavailable(self, site: InProcessServer, alice: User) -> None:
        room = await sync_to_async(membership.create_room)(alice, "general")
        async with Client(site, alice) as client:

            async def post() -> None:
                await client.command("message.post", room=room.pk, body=self.LONG, client_id=str(uuid4()))

            await post()
            await database.write(fill_the_disk)
            with pytest.raises(Refused, match="unavailable") as refused:
                await asyncio.gather(*(post() for _ in range(20)))
            assert refused.value.retry
            await database.write(lambda: connection.close())
            await post()


def fill_the_disk() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # otherwise free pages could be used again
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")


def test_a_query_that_is_wrong_is_no_outage(alice: User) -> None:
    with pytest.raises(Exception, match="no_such_table") as wrong, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    assert not database.is_outage(wrong.value)
    assert database.is_outage(OperationalError("the connection is lost"))


class TestManyWriters:
    @pytest.mark.row(49)
    async def test_twenty_writers_on_sockets_and_forms_of_one_process_meet_no_error(
        self, servers: Servers, length: Length, measured: Measured, alice: User, bob: User
    ) -> None:
        refused = await self.write_together(servers(**UNLIMITED), alice=alice, bob=bob, length=length)
        measured("refusals", len(refused), within=0, unit="")

    @pytest.mark.row(49)
    async def test_writers_of_several_processes_are_refused_for_now_at_most(
        self, servers: Servers, length: Length, alice: User, bob: User
    ) -> None:
        several = [servers(**UNLIMITED) for _ in range(length.pick(full=4, short=2))]
        refused = await self.write_together(*several, alice=alice, bob=bob, length=length)
        assert set(refused) <= {"503", "unavailable"}

    async def write_together(self, *several: Server, alice: User, bob: User, length: Length) -> list[str]:
        """Write on sockets and forms of all servers. Return the refusals; all other writes are stored."""
        room = await sync_to_async(membership.create_room)(alice, "general")
        cookie = await sync_to_async(session_cookie)(alice)
        until = time.monotonic() + length.pick(full=60, short=0)
        refused: list[str] = []
        posted: list[str] = []
        made: list[str] = []

        def writes() -> Iterator[int]:
            """Yield numbers for each writer: at least FEWEST, and more until the time is over."""
            return itertools.takewhile(lambda number: number < FEWEST or time.monotonic() < until, itertools.count())

        async def post_on(server: Server) -> None:
            async with Client(server, alice) as client:
                for _ in writes():
                    body = str(uuid4())
                    try:
                        await client.command("message.post", 60, room=room.pk, body=body, client_id=body)
                        posted.append(body)
                    except Refused as error:
                        refused.append(error.code)

        async def submit_on(server: Server) -> None:
            for _ in writes():
                name = uuid4().hex[:20]
                form = {"name": name, "topic": "", "kind": "public"}
                answer = await asyncio.to_thread(submit, server, "/rooms/new/", form, cookie)
                if answer.status == 302:
                    made.append(name)
                else:
                    refused.append(str(answer.status))

        writers = [(post_on, submit_on)[number % 2](several[number // 2 % len(several)]) for number in range(WRITERS)]
        await asyncio.gather(*writers)
        stored = [body async for body in Message.objects.filter(room=room).values_list("body", flat=True)]
        assert sorted(stored) == sorted(posted) if not refused else set(posted) <= set(stored)
        assert set(made) <= {name async for name in Room.objects.values_list("name", flat=True)}
        assert len(posted) > 0 < len(made)
        return refused
