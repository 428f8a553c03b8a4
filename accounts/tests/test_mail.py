import smtplib
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings as site_settings
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from accounts import adapter, rate_limits
from accounts.models import User
from accounts.overload import Gate
from accounts.signup import invitations
from accounts.tests.helpers.entrance import confirm, mailed_code, sign_in, sign_up

OURS, THEIRS = site_settings.BASE_DIR / "templates", Path(allauth.__file__).parent / "templates"


def names(folder: Path) -> set[str]:
    found = folder.glob("*/email/*_message.txt")
    return {str(path.relative_to(folder)).removesuffix("_message.txt") for path in found if path.stem != "base_message"}


EVERYTHING = {
    "code": "ABCD-EFGH",
    "password_reset_url": "http://localhost/reset/",
    "signup_url": "http://localhost/sign-up/",
    "link": "http://localhost/invited/",
    "invitation": SimpleNamespace(by=None, expires_at=None),
    "from_email": "alice@example.org",
    "to_email": "al@example.org",
    "deleted_email": "alice@example.org",
    "provider": SimpleNamespace(name="Example & Sons"),
    "timestamp": datetime(2026, 11, 25, 12, 30, tzinfo=UTC),
    "ip": "192.0.2.7",
}


def test_every_mail_of_allauth_has_a_template_of_ours() -> None:
    assert len(names(THEIRS)) > 15
    assert names(THEIRS) <= names(OURS)


@pytest.mark.parametrize("name", sorted(names(OURS)))
def test_a_mail_is_plain_text_that_names_the_site(name: str, settings: Settings) -> None:
    settings.SITE_NAME = "Gulls & Sons"
    request = RequestFactory().get("/")
    with context.request_context(request):
        get_adapter().deliver(name, "alice@example.org", EVERYTHING)
    sent: EmailMessage = mail.outbox[-1]
    assert "Gulls & Sons" in sent.subject
    assert sent.body.rstrip().endswith("Gulls & Sons\nhttp://localhost:8000")
    assert sent.alternatives == []  # type: ignore[attr-defined]
    said = f"{sent.subject}\n{sent.body}"
    assert not any(nonsense in said for nonsense in ("&amp;", "&#x27;", "{%", "{{", "None", "<"))
    assert "\n\n\n" not in sent.body


@pytest.mark.django_db
def test_a_mail_about_a_change_has_the_time_the_address_and_what_to_do(client: Client, alice: User) -> None:
    assert sign_in(client, "alice", "alice's password")
    client.post(reverse("account_reauthenticate"), {"password": "alice's password"})
    form = {"oldpassword": "alice's password", "password1": "herons at dusk", "password2": "herons at dusk"}
    client.post(reverse("account_change_password"), form, REMOTE_ADDR="192.0.2.7")
    sent = mail.outbox[-1]
    assert sent.to == ["alice@example.org"]
    assert sent.subject == "Your Roomful password was changed"
    for words in (
        "IP address: 192.0.2.7",
        f"When: {datetime.now(UTC):%Y-%m-%d}",
        reverse("account_reset_password"),
    ):
        assert words in str(sent.body)


@pytest.mark.django_db
def test_an_invitation_says_who_invites_and_until_when(alice: User) -> None:
    until = datetime(2026, 12, 1, 12, 30, tzinfo=UTC)
    invitation, token = invitations.make(alice, email="bob@example.org", expires_at=until)
    with context.request_context(RequestFactory().get("/")):
        invitations.send(invitation, token)
    sent = mail.outbox[-1]
    assert sent.to == ["bob@example.org"]
    for words in (
        "Alice invites you to join Roomful",
        "2026-12-01 12:30 UTC",
        reverse("accounts:invited", args=[token]),
    ):
        assert words in str(sent.body)


@pytest.mark.django_db
def test_a_mail_that_cannot_be_sent_undoes_no_change(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise smtplib.SMTPServerDisconnected

    assert sign_in(client, "alice", "alice's password")
    client.post(reverse("account_reauthenticate"), {"password": "alice's password"})
    monkeypatch.setattr(EmailMessage, "send", fail)
    form = {"oldpassword": "alice's password", "password1": "herons at dusk", "password2": "herons at dusk"}
    assert client.post(reverse("account_change_password"), form).status_code == 302
    assert sign_in(Client(), "alice", "herons at dusk")


@pytest.mark.django_db
def test_a_user_is_told_that_a_mail_cannot_be_sent_and_may_start_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise smtplib.SMTPServerDisconnected

    form = {"username": "bob", "email": "bob@example.org", "password1": "herons at dusk", "password2": "herons at dusk"}
    with monkeypatch.context() as patched:
        patched.setattr(EmailMessage, "send", fail)
        page = client.post(reverse("account_signup"), form)
        asked = Client().post(reverse("account_request_login_code"), {"email": "bob@example.org"})
    for answer in (page, asked):
        assert answer.status_code == 424
        assert "We couldn’t send the email" in answer.content.decode()
    client.post(reverse("accounts:start-again"))
    assert sign_up(client, "bob", "bob@example.org") == []
    assert confirm(client, mailed_code())


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["account_request_login_code", "account_reset_password"])
def test_a_code_is_mailed_to_the_domain_by_idna_2008_and_not_to_one_that_2003_takes_it_for(
    client: Client, way: str
) -> None:
    User.objects.create_user("alice", "alice@straße.example", "alice's password")
    client.post(reverse(way), {"email": "alice@straße.example"})
    assert mailed_code()
    assert mail.outbox[-1].to == ["alice@xn--strae-oqa.example"]
    Client().post(reverse(way), {"email": "alice@strasse.example"})
    assert mail.outbox[-1].to == ["alice@strasse.example"]
    assert "sign up" in str(mail.outbox[-1].body)


@pytest.mark.django_db
def test_a_mail_of_django_goes_to_the_domain_by_idna_2008() -> None:
    User(email="alice@straße.example").email_user("Hello", "Hello")
    assert mail.outbox[-1].to == ["alice@xn--strae-oqa.example"]


@pytest.mark.django_db
def test_an_address_at_a_domain_that_nothing_can_look_up_is_refused(client: Client) -> None:
    assert sign_up(client, "Bob", "bob@exam\u200cple.org") != []
    assert mail.outbox == []


@pytest.mark.django_db
def test_a_user_is_told_when_to_come_back_while_many_mails_wait_and_may_start_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate("mails to send", at_once=1, seconds=5)
    form = {"username": "bob", "email": "bob@example.org", "password1": "herons at dusk", "password2": "herons at dusk"}
    with monkeypatch.context() as patched, gate.entered():
        patched.setattr(adapter, "mailing", gate)
        answer = client.post(reverse("account_signup"), form)
    assert (answer.status_code, answer["Retry-After"]) == (429, "5")
    assert "We couldn’t send the email" in answer.content.decode()
    client.post(reverse("accounts:start-again"))
    assert sign_up(client, "bob", "bob@example.org") == []
    assert confirm(client, mailed_code())


class TestOneMailbox:
    """Email that signed-out visitors can have sent to one mailbox."""

    ways = ("account_request_login_code", "account_reset_password", "account_signup")

    def ask(self, client: Client, way: str, network: str, email: str = "alice@example.org") -> None:
        passwords = {"password1": "herons at dusk", "password2": "herons at dusk"}
        client.cookies.clear()
        client.post(reverse(way), {"email": email, "username": "bob", **passwords}, REMOTE_ADDR=network)

    def sent(self) -> int:
        return len(mail.outbox)

    @pytest.mark.django_db
    def test_mails_of_all_kinds_to_one_mailbox_are_limited_by_the_hour(self, client: Client, alice: User) -> None:
        for way in self.ways * 5:
            self.ask(client, way, "203.0.113.7")
        assert self.sent() == 12
        for written in ("ALICE@example.org", "alice@EXAMPLE.org"):
            self.ask(client, "account_request_login_code", "203.0.113.7", written)
        assert self.sent() == 12
        self.ask(client, "account_request_login_code", "203.0.113.7", "bob@example.org")
        assert self.sent() == 13

    @pytest.mark.django_db
    def test_one_network_does_not_use_up_the_mails_of_a_mailbox_and_many_do(self) -> None:
        def mails_from(network: str) -> int:
            request = RequestFactory().get("/", REMOTE_ADDR=network)
            return sum(rate_limits.may_mail(request, "alice@example.org") for _ in range(14))

        assert [mails_from(f"203.0.113.{number}") for number in range(4)] == [12, 12, 6, 0]

    @pytest.mark.django_db
    def test_a_mail_about_a_change_is_sent_even_if_the_mailbox_got_too_many(self, client: Client, alice: User) -> None:
        for way in self.ways * 5:
            self.ask(client, way, "203.0.113.7")
        before = self.sent()
        sign_in(client, "alice")
        form = {"oldpassword": "alice's password", "password1": "plovers at noon", "password2": "plovers at noon"}
        client.post(reverse("account_change_password"), form, REMOTE_ADDR="203.0.113.7")
        assert self.sent() == before + 1
