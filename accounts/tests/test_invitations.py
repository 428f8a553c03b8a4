from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Invitation, User
from accounts.signup import invitations
from accounts.tests.helpers.entrance import confirm, mailed_code, sign_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _by_invitation(settings: Settings) -> None:
    settings.SIGNUP = "invitation"


def follow(token: str) -> Client:
    client = Client()
    client.get(reverse("accounts:invited", args=[token]))
    return client


def may_sign_up(client: Client) -> bool:
    return b"Invitation only" not in client.get(reverse("account_signup")).content


def test_the_stored_digest_of_an_invitation_does_not_work_as_its_token() -> None:
    invitation, token = invitations.make(None)
    assert token not in str(Invitation.objects.values().get())
    assert may_sign_up(follow(token))
    assert not may_sign_up(follow(invitation.digest))


def test_opening_an_invitation_leads_to_sign_up_and_does_not_use_it_up() -> None:
    invitation, token = invitations.make(None, most_uses=1)
    response = Client().get(reverse("accounts:invited", args=[token]))
    assert response["Location"] == reverse("account_signup")
    invitation.refresh_from_db()
    assert invitation.uses == 0


def test_an_invitation_works_only_as_often_as_it_allows() -> None:
    invitation, token = invitations.make(None, most_uses=1)
    bob, mallory = follow(token), follow(token)
    assert sign_up(bob, "Bob", "bob@example.org") == []
    assert confirm(bob, mailed_code())
    assert not may_sign_up(mallory)
    assert Client().get(reverse("accounts:invited", args=[token])).status_code == 404
    invitation.refresh_from_db()
    assert invitation.uses == 1


def over(invitation: Invitation) -> None:
    invitation.expires_at = timezone.now() - timedelta(seconds=1)
    invitation.save()


@pytest.mark.parametrize("end", [over, invitations.revoke], ids=["expired", "revoked"])
def test_an_invitation_that_ended_after_it_was_opened_does_not_work(end: Callable[[Invitation], object]) -> None:
    invitation, token = invitations.make(None)
    client = follow(token)
    assert may_sign_up(client)
    end(invitation)
    assert not may_sign_up(client)
    assert Client().get(reverse("accounts:invited", args=[token])).status_code == 404


def test_an_invitation_to_an_address_works_for_that_address_only() -> None:
    _invitation, token = invitations.make(None, email="Bob@Bücher.example")
    client = follow(token)
    assert b'value="Bob@B' in client.get(reverse("account_signup")).content
    assert sign_up(client, "Mallory", "mallory@example.org") == ["This address can’t be used to sign up."]
    assert sign_up(client, "Bob", "bob@bücher.example") == []


def test_starting_sign_up_again_does_not_use_up_an_invitation() -> None:
    invitation, token = invitations.make(None, most_uses=1)
    client = follow(token)
    sign_up(client, "Bob", "bbo@example.org")
    client.post(reverse("accounts:start-again"))
    client.post(reverse("accounts:start-again"))
    assert sign_up(client, "Bob", "bob@example.org") == []
    assert confirm(client, mailed_code())
    invitation.refresh_from_db()
    assert invitation.uses == 1


def test_a_signed_in_user_who_opens_an_invitation_is_redirected_to_the_rooms(client: Client, alice: User) -> None:
    _invitation, token = invitations.make(None)
    client.force_login(alice)
    assert client.get(reverse("accounts:invited", args=[token]))["Location"] == reverse("chat:index")


def test_a_failed_sign_up_does_not_use_up_an_invitation(alice: User) -> None:
    invitation, token = invitations.make(None, most_uses=1)
    client = follow(token)
    assert sign_up(client, "alice", "bob@example.org") != []
    assert sign_up(client, "Bob", alice.email) == []
    invitation.refresh_from_db()
    assert invitation.uses == 0


@pytest.mark.django_db(transaction=True)
def test_only_one_of_concurrent_sign_ups_gets_the_last_use_of_an_invitation() -> None:
    invitation, token = invitations.make(None, most_uses=1)
    clients = [follow(token) for _ in range(4)]

    def come(number: int) -> None:
        try:
            form = {"username": f"bob-{number}", "email": f"bob-{number}@example.org"}
            form |= {"password1": "gulls on the dyke", "password2": "gulls on the dyke"}
            clients[number].post(reverse("account_signup"), form)
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        list(pool.map(come, range(4)))
    assert User.objects.count() == 1
    invitation.refresh_from_db()
    assert invitation.uses == 1
