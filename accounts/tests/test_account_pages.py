"""Pages of the user's own account, and the links between them."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User

pytestmark = pytest.mark.django_db

PAGES = ["account_email", "account_change_password", "mfa_index", "usersessions_list", "account_logout"]


@pytest.fixture
def hers(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.mark.parametrize("name", PAGES[:-1])
def test_each_account_page_links_to_the_others_and_marks_itself_as_current(hers: Client, name: str) -> None:
    page = hers.get(reverse(name)).content.decode()
    assert all(f'href="{reverse(other)}"' in page for other in PAGES)
    assert page.count("aria-current") == 1


def test_connected_accounts_are_offered_only_where_a_provider_is_configured(hers: Client, settings: Settings) -> None:
    connections = f'href="{reverse("socialaccount_connections")}"'
    assert connections not in hers.get(reverse("mfa_index")).content.decode()
    provider = {"provider_id": "example", "name": "Example", "client_id": "1", "secret": "2"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [provider]}}
    assert connections in hers.get(reverse("mfa_index")).content.decode()


def test_account_pages_have_no_inline_scripts_or_styles(hers: Client) -> None:
    """The content security policy refuses inline code."""
    for name in PAGES:
        page = hers.get(reverse(name)).content.decode()
        scripts = [tag.split(">")[0] for tag in page.split("<script")[1:]]
        assert all(" src=" in tag or 'type="application/json"' in tag for tag in scripts)
        assert "<style" not in page
        assert " style=" not in page
