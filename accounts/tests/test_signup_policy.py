"""Who may sign up: anybody, whoever was invited, or whoever has an address at one of some domains."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import invitations
from accounts.models import User
from accounts.tests.entrance import confirm, mailed_code, mailed_to, sign_in, sign_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_invitation(settings: Settings) -> None:
    settings.SIGNUP = "invitation"


@pytest.fixture
def by_domain(settings: Settings) -> None:
    settings.SIGNUP, settings.SIGNUP_DOMAINS = "domains", ["example.org", "xn--bcher-kva.example"]


@pytest.mark.parametrize("page", ["account_signup", "account_signup_by_passkey"])
def test_by_invitation_there_is_no_form_without_one(client: Client, by_invitation: None, page: str) -> None:
    shown = client.get(reverse(page))
    assert b"by invitation" in shown.content
    assert b"<form" not in shown.content.split(b"<main")[1]
    form = {"username": "Mallory", "email": "m@example.org", "password1": "gulls on dyke", "password2": "gulls on dyke"}
    assert b"by invitation" in client.post(reverse(page), form).content
    assert not User.objects.exists()


def test_by_invitation_one_signs_up_with_one(client: Client, by_invitation: None) -> None:
    _invitation, token = invitations.make(None)
    client.get(reverse("accounts:invited", args=[token]))
    assert b"You are invited" in client.get(reverse("account_signup")).content
    assert sign_up(client, "Bob", "bob@example.org") == []
    assert confirm(client, mailed_code())


@pytest.mark.parametrize("email", ["bob@example.org", "Bob@EXAMPLE.org", "bob@bücher.example", "bob@Bücher.example"])
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
        '"mallory@example.org"@evil.example',
    ],
)
def test_an_address_elsewhere_may_not(client: Client, by_domain: None, email: str) -> None:
    assert sign_up(client, "Mallory", email) == ["With this address one cannot sign up here."]
    assert not User.objects.exists()


def test_the_form_says_which_domains(client: Client, by_domain: None) -> None:
    assert b"An address at example.org" in client.get(reverse("account_signup")).content


def test_with_an_invitation_any_address_will_do(client: Client, by_domain: None) -> None:
    _invitation, token = invitations.make(None)
    client.get(reverse("accounts:invited", args=[token]))
    assert sign_up(client, "Bob", "bob@example.com") == []
    assert confirm(client, mailed_code())


def test_whoever_has_an_account_is_not_asked_by_what_way_they_came(
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
        command, cwd=site_settings.BASE_DIR, env=given, capture_output=True, text=True, check=False, timeout=30
    )


def test_domains_are_taken_in_any_case_and_script() -> None:
    started = start(ROOMFUL_SIGNUP="domains", ROOMFUL_SIGNUP_DOMAINS="Example.org,Bücher.example")
    assert started.stdout.strip() == "['example.org', 'xn--bcher-kva.example']"


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
def test_what_would_let_in_nobody_or_anybody_refuses_to_start(environment: dict[str, str]) -> None:
    ended = start(ROOMFUL_SIGNUP="domains", **environment)
    assert ended.returncode == 1
    assert ended.stderr.startswith("roomful: ")
    assert ended.stderr.count("\n") == 1
    assert "ROOMFUL_SIGNUP" in ended.stderr
