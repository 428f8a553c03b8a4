"""A replaced secret key signs no user out: signatures by a former key stay valid while the settings name it."""

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as site
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.sessions import sessions
from accounts.sessions.authentication import user_of

pytestmark = pytest.mark.django_db

PAGE = "usersessions_list"


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    """Return Alice's browser, signed in before the secret key was replaced."""
    assert client.post(reverse("account_login"), {"login": "alice", "password": "alice's password"}).status_code == 302
    return client


def replace_secret_key(settings: Settings, *, keep: bool = True) -> None:
    former = settings.SECRET_KEY
    settings.SECRET_KEY = "another key of at least fifty characters, for tests only"
    settings.SECRET_KEY_FALLBACKS = [former] if keep else []


def key_of(browser: Client) -> str:
    return browser.cookies[site.SESSION_COOKIE_NAME].value


def test_a_session_of_the_former_key_is_in_force_and_keeps_its_key(
    browser: Client, alice: User, settings: Settings
) -> None:
    key = key_of(browser)
    replace_secret_key(settings)
    assert sessions.in_force([key]) == {key: alice.pk}
    for _ in range(2):
        assert browser.get(reverse(PAGE)).status_code == 200
        assert key_of(browser) == key
        assert sessions.in_force([key]) == {key: alice.pk}
        assert user_of(SessionStore(key)) == alice
    assert Session.objects.get().pk == UserSession.objects.get().session_key == key


def test_a_page_signs_the_session_with_the_new_key(browser: Client, settings: Settings) -> None:
    before = SessionStore(key_of(browser))[HASH_SESSION_KEY]
    replace_secret_key(settings)
    browser.get(reverse(PAGE))
    assert SessionStore(key_of(browser))[HASH_SESSION_KEY] != before
    settings.SECRET_KEY_FALLBACKS = []
    assert browser.get(reverse(PAGE)).status_code == 200


def test_a_session_of_a_key_that_is_not_named_any_more_is_not_in_force(browser: Client, settings: Settings) -> None:
    key = key_of(browser)
    assert user_of(SessionStore(key))
    replace_secret_key(settings, keep=False)
    assert user_of(SessionStore(key)) is None
    assert browser.get(reverse(PAGE))["Location"].startswith(reverse("account_login"))


def test_a_changed_password_ends_the_sessions_of_the_former_key_too(
    browser: Client, alice: User, settings: Settings
) -> None:
    key = key_of(browser)
    replace_secret_key(settings)
    assert sessions.in_force([key])
    alice.set_password("gulls on the dyke")
    alice.save()
    assert not sessions.in_force([key])
    assert user_of(SessionStore(key)) is None
    assert browser.get(reverse(PAGE)).status_code == 302
    assert not Session.objects.filter(pk=key).exists()


def test_a_deactivated_user_and_a_visitor_have_no_session_in_force(browser: Client, alice: User) -> None:
    assert user_of(SessionStore(key_of(browser))) == alice
    assert user_of(SessionStore()) is None
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert user_of(SessionStore(key_of(browser))) is None
