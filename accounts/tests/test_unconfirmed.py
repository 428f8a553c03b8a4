"""Accounts from sign-up with an address that was never confirmed."""

from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.signup import invitations
from accounts.tests.helpers.entrance import PASSWORD, confirm, is_signed_in, mailed_code, sign_in, sign_up
from accounts.tests.helpers.provider import Provider, come_by

pytestmark = pytest.mark.django_db

MINUTES, DAY = timedelta(minutes=16), timedelta(days=1, minutes=1)


def wait(time: timedelta) -> None:
    """Make all accounts older."""
    User.objects.update(date_joined=F("date_joined") - time)


def tidy() -> str:
    out = StringIO()
    call_command("tidy", stdout=out)
    return out.getvalue()


def test_an_account_that_is_not_confirmed_within_a_day_is_removed_and_its_name_and_address_are_free() -> None:
    sign_up(Client(), "Bob", "bob@example.org")
    assert tidy() == ""
    wait(DAY)
    assert tidy() == "1 unconfirmed account was removed\n"
    assert not User.objects.exists()
    bob = Client()
    assert sign_up(bob, "Bob", "bob@example.org") == []
    assert confirm(bob, mailed_code())
    wait(DAY)
    assert tidy() == ""
    assert User.objects.get().username == "Bob"


def test_accounts_that_were_confirmed_used_banned_or_made_by_administrators_are_kept(alice: User) -> None:
    made = User.objects.create_user("made", "made@example.org", PASSWORD)
    assert not sign_in(Client(), "made", PASSWORD)  # it waits for a code, too
    assert EmailAddress.objects.filter(user=made, verified=False).exists()
    for name in ("used", "banned", "staff"):
        sign_up(Client(), name + "-1", f"{name}@example.org")
    User.objects.filter(username="used-1").update(last_login=F("date_joined"))
    User.objects.filter(username="banned-1").update(is_active=False)
    User.objects.filter(username="staff-1").update(is_staff=True)
    wait(DAY)
    tidy()
    assert set(User.objects.values_list("username", flat=True)) == {"alice", "made", "used-1", "banned-1", "staff-1"}


def test_an_invitation_can_be_used_again_when_its_account_is_removed(settings: Settings) -> None:
    settings.SIGNUP = "invitation"
    invitation, token = invitations.make(None, most_uses=1)
    bob, link = Client(), reverse("accounts:invited", args=[token])
    bob.get(link)
    assert sign_up(bob, "Bob", "bob@example.org") == []
    assert Client().get(link).status_code == 404
    wait(DAY)
    tidy()
    invitation.refresh_from_db()
    assert invitation.uses == 0
    assert Client().get(link).status_code == 302


def test_a_second_sign_up_takes_the_place_of_one_that_was_not_confirmed_in_time() -> None:
    mallory, owner = Client(), Client()
    sign_up(mallory, "eve", "olivia@example.org", "mallory knows this")
    code = mailed_code()
    wait(MINUTES)
    assert sign_up(owner, "olivia", "Olivia@Example.org") == []
    assert [user.username for user in User.objects.all()] == ["olivia"]
    assert confirm(owner, mailed_code())
    assert not confirm(mallory, code)
    assert not sign_in(Client(), "olivia@example.org", "mallory knows this")


def test_a_second_sign_up_does_not_undo_one_that_may_still_be_confirmed() -> None:
    bob, mallory = Client(), Client()
    sign_up(bob, "Bob", "bob@example.org")
    code = mailed_code()
    assert sign_up(mallory, "eve", "bob@example.org") == []
    assert confirm(bob, code)
    assert [user.username for user in User.objects.all()] == ["Bob"]


def test_a_second_sign_up_removes_no_account_that_was_confirmed(alice: User) -> None:
    wait(DAY)
    sign_up(Client(), "eve", alice.email)
    assert User.objects.get() == alice


@pytest.mark.parametrize("verified", [True, False])
def test_a_sign_up_by_openid_connect_takes_the_place_at_once_only_if_the_provider_verified_the_address(
    provider: Provider, verified: bool
) -> None:
    owner = Client()
    sign_up(Client(), "eve", "bob@example.org")
    provider.person["email_verified"] = verified
    come_by(provider, owner)
    assert is_signed_in(owner) == verified
    assert User.objects.get().username == ("bob" if verified else "eve")
