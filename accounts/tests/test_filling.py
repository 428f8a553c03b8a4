"""Accounts that a server of an older release creates during an upgrade."""

import pytest
from django.contrib.auth import authenticate
from django.db import connection

from accounts.models import User
from accounts.usernames.backfill import fill_in_names, is_needed

pytestmark = pytest.mark.django_db

AS_BEFORE = """
INSERT INTO accounts_user
    (username, email, password, display_name, time_zone, is_superuser, is_staff, is_active, date_joined)
SELECT %s, '', password, '', '', false, false, true, date_joined FROM accounts_user WHERE id = %s
"""


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite sets no default of a column that is there")
def test_a_server_of_an_older_release_makes_accounts_in_a_migrated_database(alice: User) -> None:
    with connection.cursor() as cursor:
        for username in ("Erin", "Frank"):  # without `folded` and `skeleton`, which the older release does not know
            cursor.execute(AS_BEFORE, [username, alice.pk])
    assert is_needed()
    assert fill_in_names() == 2
    assert authenticate(username="erin", password="alice's password") == User.objects.get(username="Erin")


def unfilled(username: str) -> User:
    user = User.objects.create_user(username, password=f"{username}'s password")
    User.objects.filter(pk=user.pk).update(folded=f"?{username}", skeleton=f"?{username}")
    return user


def test_names_are_filled_in_once_and_then_found() -> None:
    unfilled("Erin")
    assert not User.objects.called("erin").exists()
    assert fill_in_names() == 1
    assert User.objects.called("erin").exists()
    assert User.objects.alike("Erin").count() == 1
    assert not is_needed()
    assert fill_in_names() == 0


def test_an_account_that_looks_like_another_keeps_its_name(alice: User) -> None:
    other = unfilled("carol")
    User.objects.filter(pk=other.pk).update(username="a1ice")  # looks like alice
    assert fill_in_names() == 1
    other.refresh_from_db()
    assert other.skeleton == f"{User.objects.get(pk=alice.pk).skeleton} {other.pk}"
    assert User.objects.called("a1ice").get() == other
