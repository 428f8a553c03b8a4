"""Versions, and the users who can see them."""

import subprocess
import sys

import django
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from project import __version__
from testing.machine import patience


@pytest.mark.parametrize("argument", ["version", "--version"])
def test_the_command_line_names_the_versions_of_the_site_and_of_django(argument: str) -> None:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), argument]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=patience(30), check=True).stdout
    python = ".".join(map(str, sys.version_info[:3]))
    assert printed == f"Roomful {__version__} (Django {django.get_version()}, Python {python})\n"


def test_the_version_heads_the_latest_released_section_of_the_changes() -> None:
    heads = [line for line in (settings.BASE_DIR / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    assert heads[0] == "## Unreleased"
    assert heads[1].startswith(f"## {__version__} – ")


@pytest.mark.django_db
def test_members_see_the_version_administrators_those_of_its_parts_and_strangers_none(
    client: Client, bob: User
) -> None:
    def page(name: str) -> str:
        response = client.get(reverse(name))
        assert response.status_code == 200
        return response.content.decode()

    assert __version__ not in page("account_login")
    client.force_login(bob)
    assert f'data-version="{__version__}"' in page("chat:index")
    assert django.get_version() not in page("chat:index")
    User.objects.filter(pk=bob.pk).update(is_staff=True, is_superuser=True)
    assert f"Roomful {__version__} (Django {django.get_version()}" in page("chat:site-admin:overview")
