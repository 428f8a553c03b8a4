"""Replacement of the secret key as in docs/operations.md, with tabs open: no user is signed out."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.sessions.models import Session

from accounts.models import User
from accounts.tests.test_factors import code_of
from chat.models import Room
from chat.tests.helpers.talk import fetch, in_thread, post
from testing.length import Length
from testing.machine import patience
from testing.processes import Server
from testing.rows import Measured
from testing.sockets import Client, session_cookie

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "another key of at least fifty characters, for tests only"


class Browser:
    """A browser that sends forms with its cookies."""

    def __init__(self, server: Server) -> None:
        self.server, self.cookies = server, SimpleCookie()

    def submit(self, path: str, **form: str) -> str:
        """Send a form, and return the redirect's target."""
        self.ask("GET", path)
        form["csrfmiddlewaretoken"] = self.cookies[settings.CSRF_COOKIE_NAME].value
        return self.ask("POST", path, urlencode(form))

    def ask(self, method: str, path: str, body: str = "") -> str:
        sent = "; ".join(f"{name}={cookie.value}" for name, cookie in self.cookies.items())
        headers = {"Cookie": sent, "Origin": self.server.origin, "Content-Type": "application/x-www-form-urlencoded"}
        with closing(HTTPConnection("localhost", self.server.port, timeout=patience(60))) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            for line in answer.headers.get_all("Set-Cookie", []):
                self.cookies.load(line)
            return answer.headers.get("Location", "")


def delete_unannounced(session: str) -> None:
    found = Session.objects.filter(pk=session)
    found._raw_delete(found.db)  # without signals


@pytest.mark.row(55)
async def test_a_replaced_secret_key_signs_nobody_out_and_leaves_second_factors_working(
    servers: Callable[..., Server],
    alice: User,
    bob: User,
    general: Room,
    length: Length,
    measured: Measured,
) -> None:
    secret = generate_totp_secret()
    await in_thread(TOTP.activate)(alice, secret)
    cookies = [await in_thread(session_cookie)(bob) for _ in range(length.pick(full=40, short=5))]
    before = servers()
    async with Client(before, bob, cookie=cookies[0]) as tab:
        await post(tab, general, "Before")
    after = servers(ROOMFUL_SECRET_KEY=NEW, ROOMFUL_OLD_SECRET_KEYS=settings.SECRET_KEY)
    signed_out = 0
    for cookie in cookies:
        async with Client(after, bob, cookie=cookie) as tab:
            # A page and its scripts send requests at the same time, all with the old cookie.
            pages = (f"/rooms/{general.pk}/", "/", "/people/")
            await asyncio.gather(*(asyncio.to_thread(fetch, after, page, cookie) for page in pages))
            await post(tab, general, "After")
            signed_out += tab.socket.close_code is not None
    measured("people signed out", signed_out, within=0, unit="people")
    assert await Session.objects.filter(pk__in=cookies).acount() == len(cookies)

    # The check of all sessions closes the socket of a session that ended without a signal, and no other.
    async with Client(after, bob, cookie=cookies[0]) as tab, Client(after, bob, cookie=cookies[1]) as ended:
        await in_thread(delete_unannounced)(cookies[1])
        assert await ended.closed(timeout=45) == 4001
        await post(tab, general, "Still here")

    def sign_in(code: str) -> str:
        browser = Browser(after)
        to = browser.submit("/accounts/login/", login="alice", password="alice's password")
        return browser.submit(to, code=code)

    assert await in_thread(sign_in)("000000") == ""
    assert await in_thread(sign_in)(await in_thread(code_of)(secret)) == "/"
