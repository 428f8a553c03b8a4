from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts import setup
from accounts.models import User

PUBLIC = {
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_complete_password_reset",
    "account_password_reset_completed",
    "account_signup_by_passkey",
    "mfa_signup_webauthn",
    "socialaccount_login_cancelled",
    "account_reset_password_from_key_done",
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_request_login_code",
    "admin:login",
    "words",
}


def pages(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    """The names of all pages that need no arguments."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from pages(
                pattern.url_patterns, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            )
        elif pattern.name and not pattern.pattern.converters:
            yield namespace + pattern.name


@pytest.mark.django_db
def test_every_page_but_the_public_ones_leads_to_signing_in(client: Client) -> None:
    client.raise_request_exception = False
    open_pages = {name for name in pages(get_resolver().url_patterns) if is_open(client, name)}
    assert open_pages <= PUBLIC


def is_open(client: Client, name: str) -> bool:
    try:
        response = client.get(reverse(name))
    except NoReverseMatch:
        return False
    return not (response.status_code == 302 and "login" in response["Location"])


@pytest.mark.django_db
def test_the_set_up_page_is_public_while_it_is_wanted(client: Client, admin_user: User) -> None:
    assert client.get(setup.link()).status_code == 404
    User.objects.all().delete()
    assert client.get(setup.link()).status_code == 200
