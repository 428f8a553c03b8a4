from collections.abc import Iterator

import pytest
from pytest_django import Settings

from accounts.tests.helpers.provider import BOB, CLIENT, SECRET, Provider, running


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """An OpenID Connect provider of the site, at which Bob is signed in."""
    with running() as provider:
        app = {"provider_id": "example", "name": "Example", "client_id": CLIENT, "secret": SECRET}
        apps = [{**app, "settings": {"server_url": provider.url}}]
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps, "OAUTH_PKCE_ENABLED": True}}
        provider.person = dict(BOB)
        yield provider
