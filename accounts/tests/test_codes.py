"""Attempts at mailed codes, one after the other and concurrent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.helpers.entrance import is_signed_in, mailed_code, sign_up

pytestmark = pytest.mark.django_db

WRONG = "WRNG-CODE"


def to_sign_up(client: Client) -> str:
    sign_up(client, "Bob", "bob@example.org")
    return reverse("account_email_verification_sent")


def to_sign_in(client: Client) -> str:
    client.post(reverse("account_request_login_code"), {"email": "alice@example.org"})
    return reverse("account_confirm_login_code")


def to_reset(client: Client) -> str:
    client.post(reverse("account_reset_password"), {"email": "alice@example.org"})
    return reverse("account_confirm_password_reset_code")


KINDS = [to_sign_up, to_sign_in, to_reset]


@pytest.mark.parametrize("ask", KINDS)
def test_tries_count_even_if_the_session_forgets_them(
    client: Client, alice: User, ask: Callable[[Client], str]
) -> None:
    """Concurrent requests all read the session as it was, and overwrite each other's count."""
    page = ask(client)
    before = Session.objects.get(pk=client.session.session_key)
    for _ in range(3):
        assert b"Wrong code" in client.post(page, {"code": WRONG}).content
        before.save()
    answer = client.post(page, {"code": mailed_code()})
    assert answer["Location"] == reverse("account_login")
    assert not is_signed_in(client)
    assert client.get(reverse("account_complete_password_reset")).status_code == 302


@pytest.mark.parametrize("ask", KINDS)
def test_the_right_code_is_accepted_at_the_third_try_and_a_new_one_has_tries_of_its_own(
    client: Client, alice: User, ask: Callable[[Client], str]
) -> None:
    page = ask(client)
    for _ in range(3):
        client.post(page, {"code": WRONG})
    another = Client()
    page = ask(another) if ask is not to_sign_up else to_sign_in(another)
    for _ in range(2):
        another.post(page, {"code": WRONG})
    assert another.post(page, {"code": mailed_code()})["Location"] != reverse("account_login")


@pytest.mark.django_db(transaction=True)
def test_of_many_tries_at_once_three_are_judged(client: Client, alice: User) -> None:
    page = to_sign_in(client)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    def guess(_: int) -> bool:
        guesser = Client()
        guesser.cookies[settings.SESSION_COOKIE_NAME] = cookie
        try:
            return b"Wrong code" in guesser.post(page, {"code": WRONG}).content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as threads:
        judged = list(threads.map(guess, range(24)))
    assert sum(judged) <= 3
