"""Removal of lost second factors by administrators."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from chat.errors import Forbidden, Invalid, NotFound
from chat.models import AuditEntry
from chat.permissions.actor import Actor
from chat.services.site import second_factors

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(admin_user: User) -> Actor:
    return Actor(admin_user, "203.0.113.9")


def with_second_factor(user: User) -> User:
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_of_a_user_shows_and_resets_their_second_factor(
    admin_user: User, alice: User, bob: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    admin, hers = signed_in(admin_user), signed_in(with_second_factor(alice))
    page = reverse("chat:site-admin:person", args=[alice.pk])
    assert "Reset two-step sign-in" not in admin.get(reverse("chat:site-admin:person", args=[bob.pk])).content.decode()
    assert "Reset two-step sign-in" in admin.get(page).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(reverse("chat:site-admin:reset-second-factor", args=[alice.pk]))
    assert "Reset two-step sign-in" not in admin.get(page).content.decode()
    assert not Authenticator.objects.exists()
    assert hers.get(reverse("chat:index")).status_code == 302
    assert [(message.to, message.subject) for message in mail.outbox] == [
        ([alice.email], "Your two-step sign-in was reset")
    ]
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor_name, entry.person_name) == ("person.changed", admin_user.username, "alice")
    assert entry.details == {"how": "second factor removed"}


def test_only_administrators_reset_second_factors_and_not_those_of_one_another(
    by: Actor, alice: User, bob: User
) -> None:
    with_second_factor(alice)
    with pytest.raises(NotFound):
        second_factors.reset(Actor(bob), alice.pk)
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    with pytest.raises(Forbidden):
        second_factors.reset(by, alice.pk)
    User.objects.filter(pk=alice.pk).update(is_staff=False)
    assert second_factors.reset(by, alice.pk) == alice
    with pytest.raises(Invalid):
        second_factors.reset(by, alice.pk)


def test_resetting_a_second_factor_keeps_the_sessions_of_others(by: Actor, alice: User, bob: User) -> None:
    signed_in(with_second_factor(alice))
    his = signed_in(bob)
    second_factors.reset(by, alice.pk)
    assert Session.objects.get().pk == his.session.session_key


def test_a_new_second_factor_of_an_administrator_is_in_the_audit_log(admin_user: User, alice: User) -> None:
    for user, kind in ((alice, "totp"), (admin_user, "recovery_codes"), (admin_user, "totp")):
        made = Authenticator(user=user, type=kind)
        request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9")
        authenticator_added.send(Authenticator, request=request, user=user, authenticator=made)
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor_name, entry.person_name) == ("person.changed", "admin", "admin")
    assert (entry.address, entry.details) == ("203.0.113.9", {"how": "second factor added", "fields": []})


def test_a_command_resets_the_second_factor_of_the_only_administrator(admin_user: User) -> None:
    with_second_factor(admin_user)
    call_command("reset_second_factor", admin_user.username.upper())
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.get().actor_name == ""
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "nobody")
