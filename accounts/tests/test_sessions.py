"""Sessions: expiry, the user's own list, and notes of their last use."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from accounts.sessions import middleware, sessions
from accounts.signals import session_ended
from accounts.signup import first_administrator
from testing.sockets import session_cookie

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def signed_in(user: User) -> Client:
    """Sign in with the form, as a browser does."""
    client = Client(headers={"User-Agent": FIREFOX}, REMOTE_ADDR="203.0.113.7")
    client.post(reverse("account_login"), {"login": user.username, "password": f"{user.username}'s password"})
    assert client.session["_auth_user_id"] == str(user.pk)
    return client


def noted(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def read_only(execute: Any, sql: str, *others: Any) -> Any:
    """Refuse writes, like a locked database."""
    if sql.startswith(("INSERT", "UPDATE", "DELETE")):
        raise OperationalError("database is locked")
    return execute(sql, *others)


@pytest.fixture(autouse=True)
def _forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the notes, like a process that has just started."""
    monkeypatch.setattr(middleware, "_due", middleware._Due())


@pytest.fixture
def six_minutes_pass(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def pass_by() -> None:
        UserSession.objects.update(last_seen_at=F("last_seen_at") - timedelta(minutes=6))
        monkeypatch.setattr(middleware, "_due", middleware._Due())

    return pass_by


def test_a_sign_in_is_noted_with_device_and_address(alice: User, bob: User) -> None:
    client = signed_in(alice)
    [session] = sessions.of(alice)
    assert session.session_key == client.session.session_key
    assert (session.user_agent, session.ip) == (FIREFOX, "203.0.113.7")
    assert sessions.of(bob) == []


def test_a_sign_in_on_the_setup_page_is_noted(client: Client) -> None:
    passwords = {"password1": "plovers at noon", "password2": "plovers at noon"}
    client.post(first_administrator.link(), {"username": "root", "email": "root@example.org", **passwords})
    assert len(sessions.of(User.objects.get(username="root"))) == 1


def test_a_sign_in_is_noted_in_a_browser_where_another_user_is_signed_in(alice: User, bob: User) -> None:
    client = signed_in(alice)
    client.force_login(bob)
    assert client.get("/").status_code == 200
    assert [session.session_key for session in sessions.of(bob)] == [client.session.session_key]
    assert sessions.of(alice) == []


def test_a_session_that_was_signed_out_is_not_listed(alice: User) -> None:
    client = signed_in(alice)
    assert sessions.of(alice)
    client.post(reverse("account_logout"))
    assert sessions.of(alice) == []


def test_an_ended_session_is_void_and_sends_a_signal(
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


def test_every_stored_session_is_noted_with_its_user_and_ended_with_the_others(alice: User, bob: User) -> None:
    client = signed_in(alice)
    without_a_request, his = session_cookie(alice), session_cookie(bob)
    assert set(sessions.keys_of(alice.pk)) == {client.session.session_key, without_a_request}
    sessions.end_all(alice, sessions.keys_of(alice.pk))
    assert sessions.keys_of(alice.pk) == sessions.of(alice) == []
    assert not Session.objects.filter(pk=without_a_request).exists()
    assert sessions.in_force([his]) == {his: bob.pk}


def test_the_sessions_of_a_user_are_found_without_reading_those_of_others(alice: User, bob: User) -> None:
    key = session_cookie(alice)
    session_cookie(bob)
    Client().get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    with CaptureQueriesContext(connection) as queries:
        assert sessions.keys_of(alice.pk) == [key]
    assert len(queries) == 1
    assert "session_data" not in queries[0]["sql"]


class TestAnonymousSessions:
    """Rows that signed-out visitors can create."""

    question = "/accounts/2fa/webauthn/login/"

    def ask(self, client: Client) -> int:
        """Request a passkey challenge without a cookie, as accounts/static/accounts/passkeys.js does."""
        client.cookies.clear()
        return client.get(self.question, headers={"Accept": "application/json"}).status_code

    def test_an_anonymous_session_ends_in_an_hour_and_one_of_a_user_in_30_days(
        self, client: Client, alice: User
    ) -> None:
        assert self.ask(client) == 200
        assert self.hours_left(client) <= 1
        assert int(client.cookies[settings.SESSION_COOKIE_NAME]["max-age"]) <= 3600
        client.post(reverse("account_login"), {"login": "alice", "password": "alice's password"})
        assert self.hours_left(client) > 29 * 24
        assert int(client.cookies[settings.SESSION_COOKIE_NAME]["max-age"]) > 29 * 24 * 3600

    def test_a_session_that_waits_for_the_second_step_ends_in_an_hour(self, client: Client, alice: User) -> None:
        TOTP.activate(alice, generate_totp_secret())
        answer = client.post(reverse("account_login"), {"login": "alice", "password": "alice's password"})
        assert answer["Location"] == reverse("mfa_authenticate")
        assert self.hours_left(client) <= 1

    def test_questions_to_passkeys_are_limited_by_address(self, client: Client) -> None:
        assert [self.ask(client) for _ in range(121)] == [200] * 120 + [429]
        assert Session.objects.count() == 120

    def hours_left(self, client: Client) -> float:
        expires = Session.objects.get(pk=client.session.session_key).expire_date
        return (expires - timezone.now()) / timedelta(hours=1)


class TestOwnSessions:
    """The page with the user's sessions."""

    page = "/accounts/sessions/"

    def test_the_page_lists_the_sessions_of_the_user_and_marks_the_current_one(self, alice: User, bob: User) -> None:
        client, _other, _bobs = signed_in(alice), signed_in(alice), signed_in(bob)
        text = client.get(self.page).content.decode()
        assert text.count("203.0.113.7") == text.count("Firefox on Linux</b>") == 2
        assert text.count("this device") == 1
        assert text.index("this device") < text.index("/end/")

    def test_a_user_ends_another_session(self, alice: User) -> None:
        client, other = signed_in(alice), signed_in(alice)
        assert other.get("/").status_code == 200
        client.post(reverse("accounts:end-session", args=[noted(other).pk]))
        assert other.get("/").status_code == 302
        assert client.get("/").status_code == 200

    def test_a_user_ends_the_current_session(self, alice: User) -> None:
        client = signed_in(alice)
        client.post(reverse("accounts:end-session", args=[noted(client).pk]))
        assert client.get("/").status_code == 302
        assert sessions.of(alice) == []

    def test_a_user_cannot_end_a_session_of_another_user(self, alice: User, bob: User) -> None:
        client, other = signed_in(alice), signed_in(bob)
        end = reverse("accounts:end-session", args=[noted(other).pk])
        assert client.post(end).status_code == 404
        assert other.get("/").status_code == 200
        assert other.post(end).status_code == 302

    def test_ending_all_other_sessions_is_limited(self, alice: User) -> None:
        client = signed_in(alice)
        assert [client.post(self.page).status_code for _ in range(11)] == [302] * 10 + [429]
        assert client.get(self.page).status_code == 200

    def test_a_user_ends_all_other_sessions_even_those_of_unknown_devices(self, alice: User, bob: User) -> None:
        client, other, his = signed_in(alice), signed_in(alice), signed_in(bob)
        unknown = session_cookie(alice)
        client.post(self.page)
        assert sessions.of(alice) == [noted(client)]
        assert other.get("/").status_code == 302
        assert sessions.in_force([unknown]) == {}
        assert his.get("/").status_code == 200


class TestLastUse:
    """Notes of a session's last use, which are not written with every request."""

    def test_the_last_use_of_a_session_is_noted_every_few_minutes(
        self, alice: User, six_minutes_pass: Callable[[], None]
    ) -> None:
        client = signed_in(alice)
        client.get("/")
        six_minutes_pass()
        before = noted(client)
        client.get("/", headers={"User-Agent": "curl/8"}, REMOTE_ADDR="203.0.113.8")
        session = noted(client)
        assert session.last_seen_at - before.last_seen_at > timedelta(minutes=5)
        assert (session.ip, session.user_agent, session.created_at) == ("203.0.113.8", "curl/8", before.created_at)

    def test_noting_the_last_use_costs_most_requests_no_query(self, alice: User) -> None:
        client = signed_in(alice)
        client.get("/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        assert not [query for query in queries if "usersession" in query["sql"]]

    def test_the_last_use_of_a_session_that_was_never_noted_is_noted(self, client: Client, alice: User) -> None:
        client.cookies[settings.SESSION_COOKIE_NAME] = session_cookie(alice)
        UserSession.objects.all().delete()
        client.get("/", REMOTE_ADDR="203.0.113.9")
        assert [session.ip for session in sessions.of(alice)] == ["203.0.113.9"]

    def test_no_last_use_is_noted_for_an_invalid_session(self, client: Client, alice: User) -> None:
        for cookie in ("forged", session_cookie(alice)):
            Session.objects.all().delete()
            UserSession.objects.all().delete()
            client.cookies[settings.SESSION_COOKIE_NAME] = cookie
            assert client.get("/accounts/login/").status_code == 200
        assert not UserSession.objects.exists()

    def test_a_page_is_served_even_if_the_last_use_cannot_be_stored(
        self, alice: User, six_minutes_pass: Callable[[], None], caplog: pytest.LogCaptureFixture
    ) -> None:
        client = signed_in(alice)
        six_minutes_pass()
        with connection.execute_wrapper(read_only):
            assert client.get("/").status_code == 200
        assert "could not be noted" in caplog.text

    @pytest.mark.parametrize(("trusted", "address"), [(0, "203.0.113.7"), (1, "198.51.100.2")])
    def test_the_last_use_has_the_address_that_trusted_proxies_report(
        self, alice: User, settings: Settings, six_minutes_pass: Callable[[], None], trusted: int, address: str
    ) -> None:
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = trusted
        client = signed_in(alice)
        six_minutes_pass()
        client.get("/", headers={"X-Forwarded-For": "192.0.2.66, 198.51.100.2"})
        assert noted(client).ip == address

    def test_the_last_use_of_a_session_is_noted_for_its_sockets_too(
        self, alice: User, six_minutes_pass: Callable[[], None]
    ) -> None:
        client, other = signed_in(alice), signed_in(alice)
        before = noted(client).last_seen_at
        sessions.touch([noted(client).session_key])
        assert noted(client).last_seen_at == before
        six_minutes_pass()
        sessions.touch([noted(client).session_key])
        assert noted(client).last_seen_at >= before > noted(other).last_seen_at


def test_expired_sessions_are_removed_by_tidy(alice: User, bob: User) -> None:
    client, other = signed_in(alice), signed_in(bob)
    Session.objects.filter(pk=client.session.session_key).update(expire_date=timezone.now())
    UserSession.objects.create(user=bob, session_key="no more", ip="203.0.113.7")
    out = StringIO()
    call_command("tidy", stdout=out)
    assert out.getvalue() == "1 expired session was removed\n"
    assert [session.session_key for session in UserSession.objects.all()] == [other.session.session_key]
    assert other.get("/").status_code == 200
