"""Passwords and codes cannot be guessed: attempts are counted by the account and by the network address.

A client's own claim about its address is ignored: without a proxy, and to the left of the address that our proxy saw.
"""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User

pytestmark = pytest.mark.django_db

SEEN = "203.0.113.7"  # by our proxy


class Guesser:
    """An attacker who claims another address with every request."""

    def __init__(self, proxies: int, seen: str = SEEN) -> None:
        self.client = Client()
        self.forwarded = [*([] if proxies == 0 else [seen])]
        self.claims: Iterator[str] = (f"198.51.100.{number}" for number in count(1))

    def post(self, name: str, **fields: str) -> Any:
        forwarded = ", ".join([next(self.claims), *self.forwarded])
        headers = {"X-Forwarded-For": forwarded, "X-Real-IP": forwarded, "Forwarded": f"for={forwarded}"}
        return self.client.post(reverse(name), fields, headers=headers)

    def signs_in(self, login: str, password: str, page: str = "account_login") -> bool:
        self.client.logout()
        name = "username" if page == "admin:login" else "login"
        self.post(page, **{name: login, "password": password})
        return "_auth_user_id" in self.client.session


@pytest.fixture(params=[0, 1], ids=["no-proxy", "one-proxy"])
def proxies(request: pytest.FixtureRequest, settings: Settings) -> int:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = request.param
    return int(request.param)


@pytest.mark.row(40)
def test_guessing_a_password_is_limited_even_if_each_try_claims_another_address(proxies: int, alice: User) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    guesser = Guesser(proxies)
    assert guesser.signs_in("alice", "alice's password")
    assert not any(guesser.signs_in(f"{'ａ' if number % 2 else 'A'}lice", f"guess {number}") for number in range(5))
    assert not guesser.signs_in("alice", "alice's password")
    assert not guesser.signs_in("ALICE", "alice's password")
    assert not guesser.signs_in("alice", "alice's password", "admin:login")
    guesser = Guesser(proxies, "203.0.113.8")
    assert not guesser.signs_in("alice", "alice's password", "admin:login")  # it accepts no passwords at all


@pytest.mark.row(40)
def test_guessing_passwords_of_many_users_is_limited_by_address(proxies: int, bob: User) -> None:
    guesser = Guesser(proxies)
    assert not any(guesser.signs_in(f"somebody-{number}", "123456") for number in range(10))
    assert not guesser.signs_in("bob", "bob's password")
    if proxies:
        assert Guesser(proxies, "203.0.113.8").signs_in("bob", "bob's password")


@pytest.mark.row(40)
def test_guessing_codes_of_an_authenticator_app_is_limited(proxies: int, alice: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)

    def code() -> str:
        return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))

    def enters(*codes: str) -> bool:
        """Sign in with the known password in a new session, and try codes."""
        guesser = Guesser(proxies)
        assert not guesser.signs_in("alice", "alice's password")
        for each in codes:
            guesser.post("mfa_authenticate", code=each)
        return "_auth_user_id" in guesser.client.session

    wrong = next(text for text in ("000000", "111111") if text != code())
    assert not enters(wrong, wrong, wrong)
    assert not enters(wrong, wrong)
    assert not enters(code())


def test_a_mailed_code_is_void_after_three_tries_and_few_codes_are_mailed(proxies: int, alice: User) -> None:
    guesser = Guesser(proxies)
    for _ in range(2):
        guesser.post("account_request_login_code", email=alice.email)
        for _ in range(3):
            guesser.post("account_confirm_login_code", code="WRNG-CODE")
        guesser.post("account_confirm_login_code", code=mailed_code())
        assert "_auth_user_id" not in guesser.client.session
    sent = len(mail.outbox)
    for _ in range(3):
        guesser.post("account_request_login_code", email=alice.email)
    assert len(mail.outbox) == sent + 1

    mail.outbox.clear()
    answers = [guesser.post("account_reset_password", email=alice.email).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]
    assert len(mail.outbox) == 5


def mailed_code() -> str:
    found = re.search(r"^[A-Z0-9]{3,}(-[A-Z0-9]{3,})?$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found[0]
