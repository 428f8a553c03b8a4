"""Fixtures of an administrator, and of a Redis outage."""

from collections.abc import Iterator

import pytest
from django.test import Client

from accounts.models import User
from chat.permissions.actor import Actor
from chat.tests.helpers.site_admin import signed_in
from testing.processes import Valkey


@pytest.fixture
def admin(admin_user: User) -> Client:
    return signed_in(admin_user)


@pytest.fixture
def by(admin_user: User) -> Actor:
    return Actor(admin_user, "203.0.113.9")


@pytest.fixture
def redis_away(valkey: Valkey) -> Iterator[None]:
    valkey.stop()
    yield
    valkey.start()
