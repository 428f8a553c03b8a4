"""Sign-in with an account elsewhere, against a provider that speaks real OpenID Connect."""

import os
import subprocess
import sys

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as site_settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.overload import Gate
from accounts.signup import invitations, openid
from accounts.tests.helpers.entrance import confirm, is_signed_in, mailed_code, mailed_to
from accounts.tests.helpers.provider import LEAVE, RETURN, Provider, come_by
from testing.machine import patience

pytestmark = pytest.mark.django_db


def test_the_sign_in_page_has_a_form_that_leads_to_the_provider(client: Client, provider: Provider) -> None:
    page = client.get(reverse("account_login")).content.decode()
    assert "Continue with Example" in page
    assert f'<form method="post" action="{LEAVE}?process=login">' in page
    assert client.get(LEAVE).status_code == 200  # a link leads to a confirmation page
    assert client.post(LEAVE)["Location"].startswith(f"{provider.url}/authorize?")


def test_the_first_sign_in_with_a_provider_makes_an_account_and_the_second_uses_it(
    client: Client, provider: Provider
) -> None:
    come_by(provider, client)
    bob = User.objects.get()
    assert (bob.username, bob.display_name, bob.email) == ("bob", "Bob Builder", "bob@example.org")
    assert EmailAddress.objects.get(user=bob).verified
    assert client.session["_auth_user_id"] == str(bob.pk)
    again = Client()
    come_by(provider, again)
    assert again.session["_auth_user_id"] == str(bob.pk)
    assert User.objects.count() == 1


@pytest.mark.parametrize("verified", [False, "false", "true", None])
def test_an_address_that_the_provider_did_not_verify_is_confirmed_here(
    client: Client, provider: Provider, verified: object
) -> None:
    provider.person["email_verified"] = verified
    come_by(provider, client)
    assert not is_signed_in(client)
    assert confirm(client, mailed_code())


@pytest.mark.parametrize("verified", [True, False])
def test_a_provider_account_with_another_users_address_does_not_open_their_account(
    client: Client, provider: Provider, alice: User, verified: bool
) -> None:
    provider.person |= {"email": "Alice@example.org", "email_verified": verified}
    response = come_by(provider, client)
    assert response["Location"] == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    assert User.objects.get() == alice
    assert not SocialAccount.objects.exists()
    assert mailed_to() == [["alice@example.org"]]
    assert "connect it after you sign in" in str(mail.outbox[-1].body).replace("\n", " ")


@pytest.mark.parametrize(
    ("named", "proposed"), [("alice", "alice-2"), ("Ünal Özgür", "ünal-özgür"), ("bob@example.org", "bob")]
)
def test_a_user_chooses_a_username_if_the_providers_is_taken_or_invalid(
    client: Client, provider: Provider, alice: User, named: str, proposed: str
) -> None:
    provider.person["preferred_username"] = named
    assert come_by(provider, client)["Location"] == reverse("socialaccount_signup")
    page = client.get(reverse("socialaccount_signup"))
    assert page.context["form"]["username"].value() == proposed
    client.post(reverse("socialaccount_signup"), {"username": "bobby", "email": "bob@example.org"})
    assert is_signed_in(client)
    assert User.objects.get(username="bobby").display_name == "Bob Builder"


def test_an_address_chosen_at_sign_up_replaces_the_providers_and_has_to_be_confirmed(
    client: Client, provider: Provider, settings: Settings
) -> None:
    settings.SIGNUP, settings.SIGNUP_DOMAINS = "domains", ["example.com"]
    come_by(provider, client)
    client.post(reverse("socialaccount_signup"), {"username": "bob", "email": "bob@example.com"})
    assert not is_signed_in(client)
    assert [(each.email, each.verified) for each in EmailAddress.objects.all()] == [("bob@example.com", False)]
    assert confirm(client, mailed_code())


def test_signing_up_with_a_provider_needs_an_invitation_if_the_site_requires_one(
    client: Client, provider: Provider, settings: Settings
) -> None:
    settings.SIGNUP = "invitation"
    assert b"Invitation only" in come_by(provider, client).content
    assert not User.objects.exists()
    invitation, token = invitations.make(None, most_uses=1)
    client.get(reverse("accounts:invited", args=[token]))
    come_by(provider, client)
    assert is_signed_in(client)
    invitation.refresh_from_db()
    assert invitation.uses == 1


def test_signing_up_with_a_provider_needs_an_address_at_an_allowed_domain(
    client: Client, provider: Provider, settings: Settings
) -> None:
    settings.SIGNUP, settings.SIGNUP_DOMAINS = "domains", ["example.com"]
    assert come_by(provider, client)["Location"] == reverse("socialaccount_signup")
    page = client.post(reverse("socialaccount_signup"), {"username": "bob", "email": "bob@example.org"})
    assert "This address can’t be used to sign up." in page.content.decode()
    assert not User.objects.exists()
    provider.person["email"] = "bob@example.com"
    come_by(provider, client)
    assert is_signed_in(client)


def test_a_user_connects_and_disconnects_a_provider_account(client: Client, provider: Provider, alice: User) -> None:
    client.post(reverse("account_login"), {"login": "alice", "password": "alice's password"})
    page = reverse("socialaccount_connections")
    assert b"Connect Example" in client.get(page).content
    come_by(provider, client, "connect")
    assert not SocialAccount.objects.exists()
    client.post(reverse("account_reauthenticate"), {"password": "alice's password"})
    connected = SocialAccount.objects.get(user=alice)
    assert "An account at Example was connected to yours" in str(mail.outbox[-1].body)
    elsewhere = Client()
    come_by(provider, elsewhere)
    assert elsewhere.session["_auth_user_id"] == str(alice.pk)
    client.post(page, {"account": connected.pk})
    assert not SocialAccount.objects.exists()


def test_a_sign_in_is_refused_if_the_userinfo_is_about_another_person_than_the_token(
    client: Client, provider: Provider
) -> None:
    provider.says_instead = {"sub": "somebody-else"}
    assert come_by(provider, client).status_code == 503
    assert not User.objects.exists()


def test_a_provider_that_does_not_answer_is_reported_on_a_page(client: Client, provider: Provider) -> None:
    back = provider.authorize(client.post(LEAVE)["Location"])
    provider.broken = True
    for answer in (client.post(LEAVE), client.get(RETURN, back)):
        assert answer.status_code == 503
        assert "That didn’t work" in answer.content.decode()


def test_a_sign_in_is_refused_while_many_wait_for_providers(
    client: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = provider.authorize(client.post(LEAVE)["Location"])
    gate = Gate("questions to providers", at_once=1, seconds=7)
    monkeypatch.setattr(openid, "asking", gate)
    with gate.entered():
        answer = client.get(RETURN, back)
        assert (answer.status_code, answer["Retry-After"]) == (503, "7")
    assert come_by(provider, client).status_code == 302


def test_an_unsolicited_answer_of_a_provider_does_not_sign_in(client: Client, provider: Provider) -> None:
    back = provider.authorize(Client().post(LEAVE)["Location"])
    assert "That didn’t work" in client.get(RETURN, back).content.decode()
    assert not is_signed_in(client)


GIVEN = {"NAME": "Example", "SERVER": "https://id.example.org/realms/one/", "CLIENT": "roomful", "SECRET": "s"}


def start(**changed: str) -> "subprocess.CompletedProcess[str]":
    given = {f"ROOMFUL_OIDC_KEY_CLOAK_{name}": value for name, value in (GIVEN | changed).items() if value != "-"}
    program = "from project import settings; print(settings.OIDC_ORIGINS, settings.SOCIALACCOUNT_PROVIDERS)"
    environment = os.environ | {"ROOMFUL_OIDC": "key-cloak"} | given
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command,
        cwd=site_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=patience(30),
    )


def test_providers_are_read_from_the_environment() -> None:
    started = start()
    assert started.stdout.startswith("['https://id.example.org'] ")
    assert "'server_url': 'https://id.example.org/realms/one'" in started.stdout
    assert start(SERVER="http://localhost:8080/realms/one").returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("NAME", "-"), ("CLIENT", ""), ("SECRET", "-"), ("SERVER", "http://id.example.org"), ("SERVER", "id.example.org")],
)
def test_a_provider_that_lacks_something_ends_the_start_with_one_line(name: str, value: str) -> None:
    ended = start(**{name: value})
    assert ended.returncode == 1
    assert ended.stderr.startswith("roomful: ")
    assert ended.stderr.count("\n") == 1
    assert f"ROOMFUL_OIDC_KEY_CLOAK_{name}" in ended.stderr
