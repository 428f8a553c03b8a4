"""An administrator's first second factor needs more than a password, and the other administrators are informed."""

from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail, signing
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.mfa import first_factors
from accounts.models import User
from accounts.signup import first_administrator
from accounts.tests.test_factors import code_of

pytestmark = pytest.mark.django_db

DOORS = ("mfa_activate_totp", "mfa_add_webauthn")


@pytest.fixture(autouse=True)
def _demanded(settings: Settings) -> None:
    settings.ADMIN_SECOND_FACTOR = True


@pytest.fixture
def boss(alice: User) -> User:
    """Return Alice as an administrator without a second factor, with a known password."""
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    return User.objects.get(pk=alice.pk)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": f"{user.username}'s password"})
    return client


def printed_path(username: str) -> str:
    output = StringIO()
    call_command("second_factor_link", username, stdout=output)
    return urlsplit(output.getvalue().strip()).path


def add_app(client: Client) -> Any:
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret if page.status_code == 200 else generate_totp_secret()
    return client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)


def has_app(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


@pytest.mark.parametrize("door", DOORS)
def test_an_administrator_adds_their_first_second_factor_only_with_a_link_from_the_server(
    door: str, boss: User
) -> None:
    client = signed_in(boss)
    for answer in (client.get(reverse(door), follow=True), client.post(reverse(door), {}, follow=True)):
        assert answer.redirect_chain[-1][0] == reverse("mfa_index")
        assert "manage.py second_factor_link alice" in answer.text
    add_app(client)
    assert not has_app(boss)

    assert client.get(printed_path("alice"))["Location"] == reverse("mfa_index")
    assert client.get(reverse(door)).status_code == 200
    add_app(client)
    assert has_app(boss)


def test_a_member_adds_a_second_factor_without_a_link(bob: User) -> None:
    add_app(signed_in(bob))
    assert has_app(bob)


def test_the_link_is_good_for_one_user_and_until_they_have_a_second_factor(boss: User, bob: User) -> None:
    path = printed_path("alice")
    assert signed_in(bob).get(path).status_code == 404
    forged = signing.dumps(boss.pk, key="guessed", salt=first_factors.SALT)
    client = signed_in(boss)
    assert client.get(reverse("accounts:first-factor", args=[forged])).status_code == 404
    assert Client().get(path)["Location"].startswith(reverse("account_login"))
    TOTP.activate(boss, generate_totp_secret())
    assert client.get(path).status_code == 404
    with pytest.raises(CommandError, match="already"):
        printed_path("alice")
    with pytest.raises(CommandError, match="There is no user called"):
        printed_path("carol")


def test_the_first_administrator_adds_a_second_factor_right_after_the_setup(client: Client) -> None:
    form = {"username": "ilse", "email": "ilse@example.org", "password1": "terns on the dyke"}
    client.post(urlsplit(first_administrator.link()).path, {**form, "password2": "terns on the dyke"})
    client.post(reverse("account_reauthenticate"), {"password": "terns on the dyke"})
    add_app(client)
    assert has_app(User.objects.get())


@pytest.mark.django_db(transaction=True)
def test_the_other_administrators_are_told_of_an_administrators_new_second_factor(
    boss: User, bob: User, admin_user: User
) -> None:
    for user in (boss, bob):
        client = signed_in(user)
        client.get(urlsplit(first_factors.link(user)).path)
        add_app(client)
    told = [message for message in mail.outbox if "administrator" in message.subject]
    assert [message.to for message in told] == [[admin_user.email]]
    assert "Alice (@alice), another administrator" in told[0].body


def test_a_site_that_asks_administrators_for_no_second_factor_asks_for_no_link(settings: Settings, boss: User) -> None:
    settings.ADMIN_SECOND_FACTOR = False
    add_app(signed_in(boss))
    assert has_app(boss)
