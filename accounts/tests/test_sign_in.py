import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "alice's password"


def sign_up(client: Client, username: str, email: str) -> list[str]:
    """The mistakes that the page names; none where the account was made."""
    form = {"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD}
    response = client.post(reverse("account_signup"), form)
    if response.status_code == 302:
        return []
    return [mistake for mistakes in response.context["form"].errors.values() for mistake in mistakes]


def sign_in(client: Client, login: str, password: str = PASSWORD) -> bool:
    client.post(reverse("account_login"), {"login": login, "password": password})
    return "_auth_user_id" in client.session


def mailed_code() -> str:
    found = re.search(r"^[A-Z0-9]{3,}(-[A-Z0-9]{3,})?$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found[0]


def test_signing_up_makes_an_account_and_the_mailed_code_signs_in(client: Client) -> None:
    assert sign_up(client, "Bob", "bob@example.org") == []
    bob = User.objects.get(username="Bob")
    assert bob.email == "bob@example.org"
    assert "_auth_user_id" not in client.session
    client.post(reverse("account_email_verification_sent"), {"code": mailed_code()})
    assert client.session["_auth_user_id"] == str(bob.pk)


def test_a_username_is_taken_in_any_case(client: Client, alice: User) -> None:
    assert len(sign_up(client, "aLICE", "other@example.org")) == 1
    assert User.objects.count() == 1


def test_an_email_address_is_taken_in_any_case_and_its_owner_alone_is_told(client: Client, alice: User) -> None:
    assert sign_up(client, "Bob", "ALICE@example.org") == []
    assert User.objects.count() == 1
    assert [message.to for message in mail.outbox] == [["alice@example.org"]]


@pytest.mark.parametrize("username", ["alice\u200b", "\u202ealice", "a b", "bob@example.org", "...", "x" * 41])
def test_a_username_that_could_mislead_is_refused(client: Client, username: str) -> None:
    assert sign_up(client, username, "mallory@example.org") != []
    assert User.objects.count() == 0


@pytest.mark.parametrize("login", ["alice", "Alice", "ALICE", "alice@example.org", "Alice@Example.org"])
def test_signing_in_by_username_or_email_in_any_case(client: Client, alice: User, login: str) -> None:
    assert sign_in(client, login)


def test_a_wrong_password_is_refused(client: Client, alice: User) -> None:
    assert not sign_in(client, "alice", "gulls on the dyke")


def test_a_deactivated_account_cannot_sign_in(client: Client, alice: User) -> None:
    alice.is_active = False
    alice.save()
    assert not sign_in(client, "alice")


def test_signing_out_ends_the_session(client: Client, alice: User) -> None:
    assert sign_in(client, "alice")
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_the_admin_signs_in_by_username_in_any_case(client: Client, admin_user: User) -> None:
    client.post(reverse("admin:login"), {"username": admin_user.username.upper(), "password": "password"})
    assert client.session["_auth_user_id"] == str(admin_user.pk)
