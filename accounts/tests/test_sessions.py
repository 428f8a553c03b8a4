"""Which sessions there are, and how they end."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import sessions, setup
from accounts.models import User
from accounts.signals import session_ended
from project.testing.sockets import session_cookie

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def signed_in(user: User, page: str = "account_login") -> Client:
    """With the form, as a browser does."""
    client = Client(headers={"User-Agent": FIREFOX}, REMOTE_ADDR="203.0.113.7")
    password = f"{user.username}'s password"
    client.post(reverse(page), {"login": user.username, "username": user.username, "password": password})
    assert client.session["_auth_user_id"] == str(user.pk)
    return client


def test_a_sign_in_is_noted_with_device_and_address(alice: User, bob: User) -> None:
    client = signed_in(alice)
    [session] = sessions.of(alice)
    assert session.session_key == client.session.session_key
    assert (session.user_agent, session.ip) == (FIREFOX, "203.0.113.7")
    assert sessions.of(bob) == []


def test_so_is_one_on_the_admins_page_and_the_setup_page(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    signed_in(alice, "admin:login")
    assert len(sessions.of(alice)) == 1
    passwords = {"password1": "plovers at noon", "password2": "plovers at noon"}
    client.post(setup.link(), {"username": "root", "email": "root@example.org", **passwords})
    assert len(sessions.of(User.objects.get(username="root"))) == 1


def test_so_is_one_in_a_browser_in_which_somebody_else_is_signed_in(alice: User, bob: User) -> None:
    client = signed_in(alice)
    client.force_login(bob)
    assert client.get("/").status_code == 200
    assert [session.session_key for session in sessions.of(bob)] == [client.session.session_key]
    assert sessions.of(alice) == []


def test_one_that_was_left_is_not_listed(alice: User) -> None:
    client = signed_in(alice)
    assert sessions.of(alice)
    client.post(reverse("account_logout"))
    assert sessions.of(alice) == []


def test_one_that_is_ended_is_void_and_told_of(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client, other = signed_in(alice), signed_in(alice)
    key = client.session.session_key
    heard: list[dict[str, Any]] = []

    def listen(sender: Any, signal: Any, **values: Any) -> None:
        heard.append(values)

    session_ended.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        sessions.end(next(session for session in sessions.of(alice) if session.session_key == key))
    session_ended.disconnect(listen)
    assert heard == [{"user_id": alice.pk, "session_key": key}]
    assert client.get("/").status_code == 302
    assert other.get("/").status_code == 200


def test_all_end_together_those_too_that_were_never_noted(alice: User, bob: User) -> None:
    signed_in(alice)
    unnoted, his = session_cookie(alice), session_cookie(bob)
    assert len(sessions.keys_of(alice.pk)) == 2
    sessions.end_all(alice, sessions.keys_of(alice.pk))
    assert sessions.keys_of(alice.pk) == sessions.of(alice) == []
    assert not Session.objects.filter(pk=unnoted).exists()
    assert sessions.in_force([his]) == {his: bob.pk}


def test_ones_own_sessions_are_a_page_and_the_others_can_be_ended(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client, other = signed_in(alice), signed_in(alice)
    page = reverse("usersessions_list")
    assert client.get(page).content.decode().count("203.0.113.7") == 2
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page)
    assert [session.session_key for session in sessions.of(alice)] == [client.session.session_key]
    assert other.get("/").status_code == 302
