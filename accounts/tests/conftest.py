from collections.abc import Iterator

import pytest
from pytest_django import Settings

from accounts.tests.helpers.provider import BOB, CLIENT, SECRET, Provider, running


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """Configure an OpenID Connect provider where Bob is signed in."""
    with running() as provider:
        app = {"provider_id": "example", "name": "Example", "client_id": CLIENT, "secret": SECRET}
        apps = [{**app, "settings": {"server_url": provider.url}}]
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps, "OAUTH_PKCE_ENABLED": True}}
        provider.person = dict(BOB)
        yield provider


@pytest.fixture
def unverified(settings: Settings) -> None:
    """Configure the site with ROOMFUL_VERIFY_EMAIL=0."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    settings.MFA_PASSKEY_SIGNUP_ENABLED = False
    settings.MFA_ALLOW_UNVERIFIED_EMAIL = True
