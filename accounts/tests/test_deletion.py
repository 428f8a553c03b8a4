"""Deletion of an account: its row stays without personal data."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import authenticate
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from accounts.profile import announce, deletion, pictures
from accounts.sessions import sessions
from accounts.signals import account_deleted, signed_out_everywhere
from accounts.tests.helpers.pictures import plain
from accounts.tests.test_sessions import signed_in

pytestmark = pytest.mark.django_db

DELETE = "accounts:delete"


def proven(user: User) -> Client:
    """Sign in, and enter the password once more."""
    client = signed_in(user)
    client.post(reverse("account_reauthenticate"), {"password": f"{user.username}'s password"})
    return client


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    """Record the values of the signals."""
    heard: list[dict[str, Any]] = []

    def listen(signal: Any, sender: Any, **values: Any) -> None:
        heard.append({"name": getattr(values.get("user"), "username", ""), **values})

    for signal in (account_deleted, signed_out_everywhere):
        signal.connect(listen)
    yield heard
    for signal in (account_deleted, signed_out_everywhere):
        signal.disconnect(listen)


def test_a_deleted_account_keeps_nothing_personal(
    alice: User,
    told: list[dict[str, Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    pictures.put(alice, plain("WEBP"))
    User.objects.filter(pk=alice.pk).update(time_zone="Europe/Berlin", theme="dark")
    alice.refresh_from_db()
    SocialAccount.objects.create(user=alice, provider="there", uid="7")
    elsewhere, client = signed_in(alice), Client()
    client.force_login(alice)
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": "x"})
    with django_capture_on_commit_callbacks(execute=True):
        deletion.delete(alice, "192.0.2.7")
    gone = User.objects.get(pk=alice.pk)
    assert (gone.username, gone.name, gone.email) == (f"deleted-{alice.pk}", "Deleted user", "")
    assert (gone.display_name, gone.picture, gone.time_zone, gone.theme) == ("", "", "", "")
    assert not (gone.is_active)
    assert not (gone.is_staff)
    assert not (gone.is_superuser)
    assert not gone.has_usable_password()
    assert gone.deleted_at
    assert not pictures.storage().exists(alice.picture)
    for model in (EmailAddress, Authenticator, SocialAccount):
        assert not model.objects.filter(user=alice).exists()
    assert sessions.of(gone) == []
    assert all(each.get("/").status_code == 302 for each in (elsewhere, client))
    assert authenticate(username="alice", password="alice's password") is None
    assert {"name": "alice", "user": gone, "by": gone, "address": "192.0.2.7"}.items() <= told[0].items()
    assert {"name": "", "user_id": alice.pk} in told
    [message] = mail.outbox
    assert message.to == ["alice@example.org"]
    assert "Roomful account was deleted" in message.subject
    assert "alice" in str(message.body)


def test_deleting_an_account_asks_for_the_password_and_the_username(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client = signed_in(alice)
    answer = client.post(reverse(DELETE), {"username": "alice"})
    assert reverse("account_reauthenticate") in answer["Location"]
    client.post(reverse("account_reauthenticate"), {"password": "alice's password"})
    assert "will stay, with “Deleted user” as their author" in client.get(reverse(DELETE)).content.decode()
    assert client.post(reverse(DELETE), {"username": "bob"}).status_code == 422
    assert User.objects.get(pk=alice.pk).deleted_at is None
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse(DELETE), {"username": "@Alice"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("account_login")
    assert "Your account was deleted." in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert User.objects.get(pk=alice.pk).deleted_at


def test_the_last_administrator_cannot_delete_their_account(alice: User, admin_user: User) -> None:
    with pytest.raises(ValidationError):
        deletion.delete(admin_user, "")
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    with pytest.raises(ValidationError):  # the other one is no superuser, and cannot make anyone an administrator
        deletion.delete(admin_user, "")
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    deletion.delete(admin_user, "")
    assert not User.objects.administrators().filter(pk=admin_user.pk).exists()


def test_a_change_of_profile_after_the_deletion_stores_nothing_personal(alice: User) -> None:
    """Covers requests that were under way when the account was deleted."""
    deletion.delete(alice, "")
    announce.change(alice, display_name="Alice", time_zone="", theme="")
    files = pictures.storage().listdir("")[1]
    pictures.put(alice, plain("WEBP"))
    gone = User.objects.get(pk=alice.pk)
    assert (gone.display_name, gone.picture) == ("", "")
    assert pictures.storage().listdir("")[1] == files


def test_a_deleted_account_is_not_deleted_again(alice: User) -> None:
    deletion.delete(alice, "")
    with pytest.raises(ValidationError):
        deletion.delete(alice, "")


@pytest.fixture
def admins(admin_client: Client) -> Client:
    return admin_client


def test_deleting_a_user_in_the_admin_keeps_their_row_without_anything_personal(
    admins: Client, alice: User, bob: User
) -> None:
    url = reverse("admin:accounts_user_delete", args=[alice.pk])
    assert "alice" in admins.get(url).content.decode()
    admins.post(url, {"post": "yes"})
    assert User.objects.get(pk=alice.pk).username == f"deleted-{alice.pk}"
    action = {"action": "delete_selected", "_selected_action": [bob.pk], "post": "yes"}
    admins.post(reverse("admin:accounts_user_changelist"), action)
    assert User.objects.get(pk=bob.pk).name == "Deleted user"


def test_a_deleted_account_cannot_be_restored_in_the_admin(admins: Client, admin_user: User, alice: User) -> None:
    change = reverse("admin:accounts_user_change", args=[alice.pk])
    fields = {"username": "alice", "is_active": "on", "email": "alice@example.org"}
    admins.post(change, {key: value for key, value in fields.items() if key != "is_active"})
    assert not User.objects.get(pk=alice.pk).is_active
    admins.post(change, fields)
    assert User.objects.get(pk=alice.pk).is_active
    deletion.delete(alice, "")
    assert admins.post(change, fields).status_code == 403
    assert not User.objects.get(pk=alice.pk).is_active
    for last in (admin_user, alice):
        assert admins.post(reverse("admin:accounts_user_delete", args=[last.pk]), {"post": "yes"}).status_code == 403
    assert User.objects.get(pk=admin_user.pk).is_active
