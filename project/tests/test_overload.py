"""Overload is refused with `Retry-After`, and costs neither memory nor the time of other users."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from PIL import Image

from accounts.models import User
from accounts.tests.helpers.pictures import encoded, upload
from testing.machine import patience
from testing.processes import Server
from testing.rows import Measured
from testing.sockets import session_cookie

MB = 1_000_000
URL_ENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    retry_after: str | None
    seconds: float
    page: str


class Visitor:
    """A signed-out browser at its own address. `like` is a visitor with the token and cookie to use."""

    def __init__(self, server: Server, address: str, like: "Visitor | None" = None) -> None:
        self.server = server
        self.token = ""
        self.headers = {"X-Forwarded-For": address, "Origin": server.origin}
        if like:
            self.token, self.headers["Cookie"] = like.token, like.headers["Cookie"]
            return
        page = self.get(reverse("account_login"))
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.page)
        assert found, page
        self.token = found[1]

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def sign_in(self, login: str, password: str) -> Answer:
        form = {"login": login, "password": password, "csrfmiddlewaretoken": self.token}
        return self._ask("POST", reverse("account_login"), urlencode(form))

    def upload(self, picture: bytes) -> Answer:
        form = {"picture": upload(picture, "picture.jpeg", "image/jpeg"), "csrfmiddlewaretoken": self.token}
        return self._ask("POST", reverse("accounts:picture"), encode_multipart(BOUNDARY, form), MULTIPART_CONTENT)

    def _ask(self, method: str, path: str, body: str | bytes | None, kind: str = URL_ENCODED) -> Answer:
        began = time.monotonic()
        with closing(HTTPConnection("localhost", self.server.port, timeout=patience(60))) as connection:
            connection.request(method, path, body, self.headers | ({"Content-Type": kind} if body else {}))
            answer = connection.getresponse()
            page = answer.read().decode()
            if not body:
                for cookie in answer.headers.get_all("Set-Cookie") or []:
                    self.headers["Cookie"] = cookie.partition(";")[0]
            return Answer(answer.status, answer.headers["Retry-After"], time.monotonic() - began, page)


@contextmanager
def watched(server: Server, look: Callable[[], Answer]) -> Iterator[tuple[list[int], list[Answer]]]:
    """Check a page and the server's memory repeatedly while the block runs."""
    memory, pages, over = [server.memory()], [], threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            memory.append(server.memory())

    def visit() -> None:
        while not over.wait(0.05):
            pages.append(look())

    with ThreadPoolExecutor(2) as pool:
        watching = [pool.submit(watch), pool.submit(visit)]
        try:
            yield memory, pages
        finally:
            over.set()
    for each in watching:
        each.result()


@pytest.mark.row(43)
@pytest.mark.alone
def test_many_sign_ins_at_once_take_little_memory_and_no_time_of_others(
    servers: Callable[..., Server], measured: Measured, alice: User
) -> None:
    server = servers(ROOMFUL_TRUSTED_PROXIES="1")
    other = Visitor(server, "192.0.2.1")
    crowd = [Visitor(server, f"203.0.113.{number % 9 + 1}", other) for number in range(72)]
    office = [Visitor(server, "198.51.100.7", other) for _ in range(30)]
    assert Visitor(server, "192.0.2.1", other).sign_in("alice", "alice's password").status == 302
    for visitors in (crowd, office):
        with watched(server, lambda: other.get(reverse("account_login"))) as (memory, pages):
            with ThreadPoolExecutor(len(visitors)) as pool:
                tries = [pool.submit(each.sign_in, f"nobody-{n}", "123456") for n, each in enumerate(visitors)]
            answers = [each.result() for each in tries]
        assert {answer.status for answer in answers} <= {200, 429, 503}
        assert all(answer.retry_after for answer in answers if answer.status != 200)
        assert {page.status for page in pages} == {200}
        measured("memory", (max(memory) - memory[0]) / MB, within=200, unit="MB")
        measured("a page meanwhile", max(page.seconds for page in pages), within=1)


# -- Pictures ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def costly() -> bytes:
    """Return a picture of the largest size, with many scans."""
    return encoded(Image.new("L", (6_300, 6_300), 128), "JPEG", progressive=True)


@pytest.mark.alone
def test_a_member_who_uploads_many_costly_pictures_at_once_holds_nobody_up(
    servers: Callable[..., Server], alice: User, costly: bytes
) -> None:
    server = servers(ROOMFUL_TRUSTED_PROXIES="1")
    other = Visitor(server, "192.0.2.1")
    mallory = Visitor(server, "192.0.2.2", other)
    mallory.headers["Cookie"] += f"; sessionid={session_cookie(alice)}"
    look = partial(other.get, reverse("account_login"))
    with watched(server, look) as (_memory, pages), ThreadPoolExecutor(45) as pool:
        answers = list(pool.map(mallory.upload, [costly] * 45))
    assert {answer.status for answer in answers} == {302, 429}
    assert all(answer.retry_after for answer in answers if answer.status == 429)
    assert {page.status for page in pages} == {200}
    assert max(page.seconds for page in pages) < patience(3)


@pytest.mark.django_db(transaction=True)
def test_a_page_that_is_not_found_keeps_no_connection_of_the_pool(server: Server, alice: User) -> None:
    cookie = session_cookie(alice)
    for _ in range(3):
        with closing(HTTPConnection("localhost", server.port, timeout=patience(60))) as connection:
            connection.request("GET", "/no/such/page/", headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"})
            assert connection.getresponse().status == 404
    assert server.rest().lent == 0
