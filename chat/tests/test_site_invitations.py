"""Invitations to the site, on the administrators' page."""

import smtplib

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, User
from chat.errors import Invalid, NotFound
from chat.models import Announcement, AuditEntry
from chat.permissions.actor import Actor
from chat.queries import pagination
from chat.services.site import invitations

pytestmark = pytest.mark.django_db

PAGE = reverse("chat:site-admin:invitations")


def invite(client: Client, **form: str) -> str:
    """Send the form, and return the link, which the page shows only once."""
    response = client.post(PAGE, {"email": "", "hours": "168", "most_uses": "", **form})
    assert response.status_code == 200, response.context["form"].errors
    link = str(response.context["link"])
    assert link in response.content.decode()
    assert link not in client.get(PAGE).content.decode()
    return link.removeprefix("http://localhost:8000")


def test_an_invitation_for_anybody_is_shown_once(admin_client: Client, admin_user: User) -> None:
    link = invite(admin_client, most_uses="3")
    assert Client().get(link)["Location"] == reverse("account_signup")
    made = Invitation.objects.get()
    assert (made.by, made.most_uses, made.email) == (admin_user, 3, "")
    assert made.expires_at
    assert mail.outbox == []


def test_an_invitation_to_an_address_is_mailed_there_and_is_for_one_account(admin_client: Client) -> None:
    link = invite(admin_client, email="bob@example.org")
    assert [message.to for message in mail.outbox] == [["bob@example.org"]]
    assert link in str(mail.outbox[0].body)
    assert Invitation.objects.get().most_uses == 1


def test_an_invitation_works_even_if_its_mail_cannot_be_sent(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(EmailMessage, "send", fail)
    link = invite(admin_client, email="bob@example.org")
    assert Client().get(link)["Location"] == reverse("account_signup")


def test_invitations_and_announcements_come_in_pages(
    admin_client: Client, admin_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "NUMBERED_LENGTH", 2)
    for number in range(3):
        Invitation.objects.create(digest=f"digest {number}", email=f"person{number}@example.org", by=admin_user)
        Announcement.objects.create(text=f"Announcement {number}", by=admin_user)
    Invitation.objects.filter(digest="digest 2").update(revoked_at=timezone.now())

    def shown(name: str, page: int) -> list[str]:
        answer = admin_client.get(reverse(f"chat:site-admin:{name}"), {"page": page})
        assert "Page" in answer.content.decode()
        return [getattr(row, "text", "") or row.email.partition("@")[0] for row in answer.context["found"]]

    assert [shown("invitations", 1), shown("invitations", 2)] == [["person1", "person0"], ["person2"]]
    assert [shown("announcements", 1), shown("announcements", 2)] == [
        ["Announcement 2", "Announcement 1"],
        ["Announcement 0"],
    ]


def test_a_revoked_invitation_leads_nowhere(admin_client: Client) -> None:
    link = invite(admin_client)
    made = Invitation.objects.get()
    revoke = reverse("chat:site-admin:revoke-invitation", args=[made.pk])
    assert f'action="{revoke}"' in admin_client.get(PAGE).content.decode()
    admin_client.post(revoke)
    assert Client().get(link).status_code == 404
    assert b"Revoked" in admin_client.get(PAGE).content
    admin_client.post(revoke)
    assert AuditEntry.objects.filter(act="invitation.revoked").count() == 1


def test_only_administrators_find_the_page_of_invitations(admin_client: Client, client: Client, alice: User) -> None:
    assert admin_client.get(PAGE).status_code == 200
    client.force_login(alice)
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"hours": ""}).status_code == 404
    with pytest.raises(NotFound):
        invitations.invite(Actor(alice))
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("wrong", [{"email": "nobody"}, {"most_uses": 0}], ids=str)
def test_an_invitation_that_nobody_could_use_is_refused(admin_user: User, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        invitations.invite(Actor(admin_user), **wrong)  # type: ignore[arg-type]
    invitations.invite(Actor(admin_user))
