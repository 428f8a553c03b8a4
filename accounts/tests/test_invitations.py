from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts import invitations
from accounts.models import Invitation, User
from accounts.tests.entrance import confirm, mailed_code, sign_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _by_invitation(settings: Settings) -> None:
    settings.SIGNUP = "invitation"


def follow(token: str) -> Client:
    client = Client()
    client.get(reverse("accounts:invited", args=[token]))
    return client


def may_sign_up(client: Client) -> bool:
    return b"by invitation" not in client.get(reverse("account_signup")).content


def test_what_is_stored_lets_nobody_in() -> None:
    invitation, token = invitations.make(None)
    assert token not in str(Invitation.objects.values().get())
    assert may_sign_up(follow(token))
    assert not may_sign_up(follow(invitation.digest))


def test_the_link_leads_to_signing_up_and_looking_uses_nothing_up() -> None:
    invitation, token = invitations.make(None, most_uses=1)
    response = Client().get(reverse("accounts:invited", args=[token]))
    assert response["Location"] == reverse("account_signup")
    invitation.refresh_from_db()
    assert invitation.uses == 0


def test_it_works_as_often_as_it_says() -> None:
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
def test_one_that_ended_meanwhile_does_not_work_any_more(end: Callable[[Invitation], object]) -> None:
    invitation, token = invitations.make(None)
    client = follow(token)
    assert may_sign_up(client)
    end(invitation)
    assert not may_sign_up(client)
    assert Client().get(reverse("accounts:invited", args=[token])).status_code == 404


def test_one_to_an_address_is_for_that_address_alone() -> None:
    _invitation, token = invitations.make(None, email="Bob@Bücher.example")
    client = follow(token)
    assert b'value="Bob@B' in client.get(reverse("account_signup")).content
    assert sign_up(client, "Mallory", "mallory@example.org") == ["With this address one cannot sign up here."]
    assert sign_up(client, "Bob", "bob@bücher.example") == []


def test_who_starts_again_has_not_used_it() -> None:
    invitation, token = invitations.make(None, most_uses=1)
    client = follow(token)
    sign_up(client, "Bob", "bbo@example.org")
    client.post(reverse("accounts:start-again"))
    client.post(reverse("accounts:start-again"))
    assert sign_up(client, "Bob", "bob@example.org") == []
    assert confirm(client, mailed_code())
    invitation.refresh_from_db()
    assert invitation.uses == 1


def test_whoever_is_signed_in_is_led_to_the_rooms(client: Client, alice: User) -> None:
    _invitation, token = invitations.make(None)
    client.force_login(alice)
    assert client.get(reverse("accounts:invited", args=[token]))["Location"] == reverse("chat:index")


def test_where_no_account_is_made_none_is_used(alice: User) -> None:
    invitation, token = invitations.make(None, most_uses=1)
    client = follow(token)
    assert sign_up(client, "alice", "bob@example.org") != []
    assert sign_up(client, "Bob", alice.email) == []
    invitation.refresh_from_db()
    assert invitation.uses == 0


@pytest.mark.django_db(transaction=True)
def test_of_several_who_come_at_once_for_the_last_use_one_gets_it() -> None:
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
