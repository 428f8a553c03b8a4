import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.helpers.entrance import is_signed_in, mailed_code, mailed_to, sign_in, sign_up

pytestmark = pytest.mark.django_db

PASSWORD = "alice's password"


def test_a_username_is_taken_in_any_case(client: Client, alice: User) -> None:
    assert len(sign_up(client, "aLICE", "other@example.org")) == 1
    assert User.objects.count() == 1


@pytest.mark.parametrize("username", ["alice\u200b", "\u202ealice", "a b", "bob@example.org", "...", "x" * 41])
def test_a_username_that_could_mislead_is_refused(client: Client, username: str) -> None:
    assert sign_up(client, username, "mallory@example.org") != []
    assert User.objects.count() == 0


@pytest.mark.parametrize("login", ["alice", "Alice", "ALICE", "alice@example.org", "Alice@Example.org"])
def test_a_user_signs_in_by_username_or_email_in_any_case(client: Client, alice: User, login: str) -> None:
    assert sign_in(client, login, PASSWORD)


def test_a_wrong_password_is_refused(client: Client, alice: User) -> None:
    assert not sign_in(client, "alice", "gulls on the dyke")


def test_a_deactivated_account_cannot_sign_in(client: Client, alice: User) -> None:
    alice.is_active = False
    alice.save()
    assert not sign_in(client, "alice", PASSWORD)


def test_signing_out_ends_the_session(client: Client, alice: User) -> None:
    assert sign_in(client, "alice", PASSWORD)
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_a_mailed_code_signs_in(client: Client, alice: User) -> None:
    client.post(reverse("account_request_login_code"), {"email": "Alice@example.org"})
    assert b"<b>alice@example.org</b>" in client.get(reverse("account_confirm_login_code")).content
    client.post(reverse("account_confirm_login_code"), {"code": "WRONG-CODE"})
    assert not is_signed_in(client)
    client.post(reverse("account_confirm_login_code"), {"code": mailed_code()})
    assert client.session["_auth_user_id"] == str(alice.pk)


@pytest.mark.parametrize(
    ("ask", "page"),
    [
        ("account_request_login_code", "account_confirm_login_code"),
        ("account_reset_password", "account_confirm_password_reset_code"),
    ],
)
def test_an_unknown_address_is_answered_like_a_known_one(alice: User, ask: str, page: str) -> None:
    known, unknown = Client(), Client()
    answers = [
        known.post(reverse(ask), {"email": "alice@example.org"}),
        unknown.post(reverse(ask), {"email": "nobody@example.org"}),
    ]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, reverse(page))}
    assert mailed_to() == [["alice@example.org"], ["nobody@example.org"]]
    assert "sign up" in str(mail.outbox[-1].body)
    for client in (known, unknown):
        assert client.get(reverse(page)).status_code == 200
        assert client.post(reverse(page), {"code": "WRONG-CODE"}).status_code == 200
    assert not is_signed_in(unknown)


def test_a_new_password_is_chosen_with_a_mailed_code_and_ends_all_sessions(client: Client, alice: User) -> None:
    elsewhere = Client()
    assert sign_in(elsewhere, "alice", PASSWORD)
    client.post(reverse("account_reset_password"), {"email": "alice@example.org"})
    client.post(reverse("account_confirm_password_reset_code"), {"code": mailed_code()})
    new = {"password1": "herons at dusk", "password2": "herons at dusk"}
    done = client.post(reverse("account_complete_password_reset"), new)
    assert done["Location"] == reverse("account_password_reset_completed")
    assert "was reset" in str(mail.outbox[-1].body)
    assert elsewhere.get(reverse("chat:index")).status_code == 302
    assert not sign_in(Client(), "alice", PASSWORD)
    assert sign_in(Client(), "alice", "herons at dusk")


def test_guessing_passwords_is_stopped_in_plain_words(client: Client, alice: User) -> None:
    for _ in range(5):
        assert not sign_in(client, "alice", "gulls on the dyke")
    page = client.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
    assert b"Too many attempts" in page.content
    assert b'role="alert"' in page.content
