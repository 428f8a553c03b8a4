"""Passwords are hashed at a bounded cost, once per attempt, with bounded parallelism."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    PBKDF2PasswordHasher,
    identify_hasher,
    make_password,
)
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import hashers
from accounts.models import User
from accounts.overload import Gate
from accounts.sessions import sessions
from accounts.tests.helpers.entrance import sign_in, sign_up
from accounts.tests.test_sessions import signed_in

pytestmark = pytest.mark.django_db

PASSWORD = "alice's password"
WRONG = "gulls on the dyke"


@pytest.fixture
def own_hashers(settings: Settings) -> None:
    """Use the site's own hashers: those of tests cost nothing."""
    settings.PASSWORD_HASHERS = ["accounts.hashers.Argon2", "accounts.hashers.PBKDF2"]


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the kind of each hash."""
    made: list[str] = []
    for kind in ("encode", "verify"):
        original = getattr(hashers.Argon2, kind)

        def count(self: hashers.Argon2, *args: str, kind: str = kind, original: object = original) -> object:
            made.append(kind)
            return original(self, *args)  # type: ignore[operator]

        monkeypatch.setattr(hashers.Argon2, kind, count)
    return made


@pytest.fixture
def no_place(alice: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the gate full, as if others hashed passwords all the time."""
    gate = Gate("passwords to hash", at_once=1)
    with ExitStack() as stack:
        stack.enter_context(gate.entered())
        monkeypatch.setattr(hashers, "hashing", gate)
        yield


@pytest.mark.usefixtures("own_hashers")
def test_a_hash_takes_19_mib_two_passes_and_one_thread() -> None:
    assert make_password(PASSWORD).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("login", ["alice", "alice@example.org", "nobody", "nobody@example.org"])
@pytest.mark.parametrize("active", [True, False])
def test_a_wrong_password_is_hashed_once_whatever_is_typed(
    client: Client, alice: User, hashes: list[str], login: str, active: bool
) -> None:
    User.objects.update(is_active=active)
    hashes.clear()
    assert not sign_in(client, login, WRONG)
    assert len(hashes) == 1


@pytest.mark.parametrize("login", ["alice", "alice@example.org"])
def test_a_right_password_is_hashed_once(client: Client, alice: User, hashes: list[str], login: str) -> None:
    hashes.clear()
    assert sign_in(client, login, PASSWORD)
    assert hashes == ["verify"]


def test_a_password_that_is_entered_again_is_hashed_once(alice: User, hashes: list[str]) -> None:
    client = signed_in(alice)
    hashes.clear()
    client.post(reverse("account_reauthenticate"), {"password": WRONG})
    assert hashes == ["verify"]


@pytest.mark.usefixtures("own_hashers")
@pytest.mark.parametrize(
    "former", ["argon2$argon2id$v=19$m=102400,t=2,p=8$c29tZXNhbHRzb21lc2FsdA$", "pbkdf2_sha256$1000$", ""]
)
def test_an_old_hash_is_replaced_at_sign_in_and_ends_no_session(client: Client, alice: User, former: str) -> None:
    User.objects.update(password=old_hash(former))
    elsewhere = Client()
    assert sign_in(elsewhere, "alice", PASSWORD)
    User.objects.update(password=old_hash(former))
    for session in Session.objects.all():  # as at a sign-in with the old hash
        data = session.get_decoded() | {"_auth_user_hash": User.objects.get().get_session_auth_hash()}
        Session.objects.filter(pk=session.pk).update(session_data=Session.objects.encode(data))
    assert elsewhere.get(reverse("chat:index")).status_code == 200

    assert not sign_in(client, "alice", WRONG)
    assert sign_in(client, "alice", PASSWORD)

    alice.refresh_from_db()
    assert alice.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert elsewhere.get(reverse("chat:index")).status_code == 200
    assert client.get(reverse("chat:index")).status_code == 200
    assert len(sessions.of(alice)) == 2


@pytest.mark.usefixtures("own_hashers")
def test_the_session_goes_on_in_which_a_password_with_an_old_hash_is_entered_again(alice: User) -> None:
    User.objects.update(password=old_hash("pbkdf2_sha256$1000$"))
    client = Client()
    client.force_login(User.objects.get())
    answer = client.post(reverse("account_reauthenticate") + "?next=/", {"password": PASSWORD})
    assert answer.status_code == 302
    alice.refresh_from_db()
    assert identify_hasher(alice.password).algorithm == "argon2"
    assert client.get(reverse("chat:index")).status_code == 200


def old_hash(former: str) -> str:
    if former.startswith("pbkdf2"):
        return PBKDF2PasswordHasher().encode(PASSWORD, "somesaltsomesaltsomesalt", 1000)
    if former.startswith("argon2"):
        return Argon2PasswordHasher().encode(PASSWORD, "somesaltsomesaltsomesalt")
    return make_password(PASSWORD)


# -- Too many at once --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_place")
def test_a_sign_in_without_a_place_is_told_when_to_come_back_and_is_no_wrong_try(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"login": "alice", "password": PASSWORD, "next": "/rooms/7/"}
    for _ in range(7):  # wrong ones are limited to five
        answer = client.post(reverse("account_login"), form)
        assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    page = answer.content.decode()
    assert 'name="login" value="alice"' in page
    assert 'name="next" value="/rooms/7/"' in page
    assert "password" in page
    assert PASSWORD not in page
    monkeypatch.undo()
    assert sign_in(client, "alice", PASSWORD)


@pytest.mark.usefixtures("no_place")
def test_a_sign_up_without_a_place_keeps_what_was_typed(client: Client) -> None:
    form = {"username": "carol", "email": "carol@example.org", "password1": WRONG, "password2": WRONG}
    answer = client.post(reverse("account_signup"), form)
    assert answer.status_code == 503
    assert 'name="username" value="carol"' in answer.content.decode()
    assert WRONG not in answer.content.decode()
    assert User.objects.count() == 1


@pytest.mark.usefixtures("own_hashers")
def test_every_password_of_a_sign_up_is_hashed_behind_the_gate(
    client: Client, hashes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[int] = []
    original = Argon2PasswordHasher.encode

    def look(self: hashers.Argon2, password: str, salt: str) -> str:
        inside.append(hashers.hashing._inside)
        return original(self, password, salt)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", look)
    assert sign_up(client, "carol", "carol@example.org") == []
    assert inside == [1]
