from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.dispatch import Signal
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from accounts.signals import session_ended, signed_out_everywhere

pytestmark = pytest.mark.django_db


def heard(signal: Signal) -> Iterator[list[dict[str, Any]]]:
    received: list[dict[str, Any]] = []

    def listen(sender: Any, signal: Signal, **values: Any) -> None:
        received.append(values)

    signal.connect(listen)
    yield received
    signal.disconnect(listen)


@pytest.fixture
def ended() -> Iterator[list[dict[str, Any]]]:
    yield from heard(session_ended)


@pytest.fixture
def signed_out() -> Iterator[list[dict[str, Any]]]:
    yield from heard(signed_out_everywhere)


def test_signing_out_names_the_session_that_ended(
    client: Client,
    alice: User,
    ended: list[dict[str, Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.force_login(alice)
    key = client.session.session_key
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_logout"))
    assert ended == [{"user_id": alice.pk, "session_key": key}]


def test_signing_out_of_the_admin_sends_session_ended(
    client: Client,
    admin_user: User,
    ended: list[dict[str, Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.force_login(admin_user)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:logout"))
    assert [values["user_id"] for values in ended] == [admin_user.pk]


def test_signing_in_as_another_user_in_the_same_browser_sends_session_ended(
    client: Client,
    alice: User,
    bob: User,
    ended: list[dict[str, Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.force_login(alice)
    key = client.session.session_key
    with django_capture_on_commit_callbacks(execute=True):
        client.force_login(bob)
    assert ended == [{"user_id": alice.pk, "session_key": key}]


def test_deleting_a_session_sends_session_ended_unless_it_had_expired(
    client: Client,
    alice: User,
    ended: list[dict[str, Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.force_login(alice)
    key = client.session.session_key
    with django_capture_on_commit_callbacks(execute=True):
        call_command("clearsessions")
        Session.objects.all().delete()
    assert ended == [{"user_id": alice.pk, "session_key": key}]

    client.force_login(alice)
    Session.objects.update(expire_date=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        call_command("clearsessions")
    assert not Session.objects.exists()
    assert len(ended) == 1


def test_a_changed_password_signs_out_everywhere(
    alice: User,
    signed_out: list[dict[str, Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        alice.set_password("another one")
        alice.save(update_fields=["password"])
    assert signed_out == [{"user_id": alice.pk}]


def test_a_password_changed_on_its_page_signs_out_everywhere(
    client: Client,
    alice: User,
    signed_out: list[dict[str, Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.force_login(alice)
    passwords = {"oldpassword": "alice's password", "password1": "plovers at noon", "password2": "plovers at noon"}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_change_password"), passwords)
    assert signed_out == [{"user_id": alice.pk}]


def test_a_deactivation_in_the_admin_signs_out_everywhere(
    admin_client: Client,
    alice: User,
    signed_out: list[dict[str, Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(
            reverse("admin:accounts_user_change", args=[alice.pk]),
            {"username": "alice", "email": alice.email, "display_name": "Alice"},
        )
    assert not User.objects.get(pk=alice.pk).is_active
    assert signed_out == [{"user_id": alice.pk}]


def test_a_deleted_account_is_signed_out_everywhere(
    alice: User,
    signed_out: list[dict[str, Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    key = alice.pk
    with django_capture_on_commit_callbacks(execute=True):
        alice.delete()
    assert signed_out == [{"user_id": key}]


def test_other_changes_of_a_user_do_not_sign_them_out(
    client: Client,
    alice: User,
    signed_out: list[dict[str, Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        User.objects.create_user("bob")
        alice.display_name = "Alice A."
        alice.save()
        client.force_login(alice)
    assert signed_out == []
