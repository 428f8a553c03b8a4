"""Sign-up policies: open to all, by invitation, or for addresses at certain domains."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.signup import invitations
from accounts.signup.email_domains import ascii_domain
from accounts.tests.helpers.entrance import confirm, mailed_code, mailed_to, sign_in, sign_up
from testing.machine import patience

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_invitation(settings: Settings) -> None:
    settings.SIGNUP = "invitation"


@pytest.fixture
def by_domain(settings: Settings) -> None:
    domains = ["example.org", "xn--bcher-kva.example", ascii_domain("straße.example")]
    settings.SIGNUP, settings.SIGNUP_DOMAINS = "domains", domains


@pytest.mark.parametrize("page", ["account_signup", "account_signup_by_passkey"])
def test_the_sign_up_form_is_missing_without_a_required_invitation(
    client: Client, by_invitation: None, page: str
) -> None:
    shown = client.get(reverse(page))
    assert b"Invitation only" in shown.content
    assert b"<form" not in shown.content.split(b"<main")[1]
    form = {"username": "Mallory", "email": "m@example.org", "password1": "gulls on dyke", "password2": "gulls on dyke"}
    assert b"Invitation only" in client.post(reverse(page), form).content
    assert not User.objects.exists()


def test_an_invited_user_signs_up_where_invitations_are_required(client: Client, by_invitation: None) -> None:
    _invitation, token = invitations.make(None)
    client.get(reverse("accounts:invited", args=[token]))
    assert "You’re invited" in client.get(reverse("account_signup")).content.decode()
    assert sign_up(client, "Bob", "bob@example.org") == []
    assert confirm(client, mailed_code())


@pytest.mark.parametrize(
    "email",
    [
        "bob@example.org",
        "Bob@EXAMPLE.org",
        "bob@bücher.example",
        "bob@Bücher.example",
        "bob@straße.example",
        "bob@STRAẞE.example",
        "bob@xn--strae-oqa.example",
    ],
)
def test_an_address_at_one_of_the_domains_may_sign_up(client: Client, by_domain: None, email: str) -> None:
    assert sign_up(client, "Bob", email) == []
    assert confirm(client, mailed_code())


@pytest.mark.parametrize(
    "email",
    [
        "mallory@example.com",
        "mallory@sub.example.org",
        "mallory@notexample.org",
        "mallory@example.org.evil.example",
        "mallory@ехample.org",  # Cyrillic
        "mallory@strasse.example",
        '"mallory@example.org"@evil.example',
    ],
)
def test_an_address_at_another_domain_may_not_sign_up(client: Client, by_domain: None, email: str) -> None:
    assert sign_up(client, "Mallory", email) == ["This address can’t be used to sign up."]
    assert not User.objects.exists()


def test_the_sign_up_form_names_the_allowed_domains(client: Client, by_domain: None) -> None:
    assert b"Use an address at example.org" in client.get(reverse("account_signup")).content


def test_an_invited_user_may_sign_up_with_an_address_at_any_domain(client: Client, by_domain: None) -> None:
    _invitation, token = invitations.make(None)
    client.get(reverse("accounts:invited", args=[token]))
    assert sign_up(client, "Bob", "bob@example.com") == []
    assert confirm(client, mailed_code())


def test_the_sign_up_policy_does_not_affect_existing_accounts(
    client: Client, by_domain: None, settings: Settings, alice: User
) -> None:
    settings.SIGNUP_DOMAINS = ["example.com"]
    assert sign_in(client, "alice", "alice's password")
    client.logout()
    client.post(reverse("account_reset_password"), {"email": alice.email})
    assert mailed_to() == [[alice.email]]


def start(**environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "from project import settings; print(settings.SIGNUP_DOMAINS)"]
    given = os.environ | environment
    return subprocess.run(
        command,
        cwd=site_settings.BASE_DIR,
        env=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=patience(30),
    )


def test_domains_are_taken_in_any_case_and_script() -> None:
    started = start(ROOMFUL_SIGNUP="domains", ROOMFUL_SIGNUP_DOMAINS="Example.org,Bücher.example,straße.example")
    assert started.stdout.strip() == "['example.org', 'xn--bcher-kva.example', 'xn--strae-oqa.example']"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"ROOMFUL_SIGNUP_DOMAINS": "example.org", "ROOMFUL_VERIFY_EMAIL": "0"},
        *(
            {"ROOMFUL_SIGNUP_DOMAINS": each}
            for each in ("example", "@example.org", "*.example.org", "a..org", "a b.org")
        ),
    ],
    ids=str,
)
def test_a_sign_up_policy_that_admits_nobody_or_everybody_is_refused(environment: dict[str, str]) -> None:
    ended = start(ROOMFUL_SIGNUP="domains", **environment)
    assert ended.returncode == 1
    assert ended.stderr.startswith("roomful: ")
    assert ended.stderr.count("\n") == 1
    assert "ROOMFUL_SIGNUP" in ended.stderr
