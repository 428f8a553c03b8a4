"""An intruder at an open session cannot take over the account: each such step asks for the password, and is emailed."""

from typing import Any, NamedTuple

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.helpers.entrance import mailed_code, sign_in
from accounts.tests.test_factors import code_of, recovery_codes, with_app

pytestmark = pytest.mark.django_db

PASSWORD = "alice's password"


class Step(NamedTuple):
    """A page and its form values. The flags tell when it asks for the password, and whether an email reports it."""

    name: str
    values: dict[str, str] = {}
    on_opening: bool = True
    on_sending: bool = True
    is_told: bool = True
    of_a_passkey: bool = False

    def url(self) -> str:
        passkey = Authenticator.objects.filter(type="webauthn").first()
        return reverse(self.name, args=[passkey.pk] if self.of_a_passkey and passkey else [])


STEPS = [
    Step("mfa_add_webauthn"),
    Step("mfa_edit_webauthn", {"name": "Another name"}, of_a_passkey=True, is_told=False),
    Step("mfa_remove_webauthn", of_a_passkey=True),
    Step("mfa_deactivate_totp"),
    Step("mfa_view_recovery_codes", on_sending=False, is_told=False),
    Step("mfa_download_recovery_codes", is_told=False),
    Step("mfa_generate_recovery_codes"),
    Step("account_email", {"email": "new@example.org", "action_add": ""}, on_opening=False),
]
# Steps to complete here. Browser tests complete those that need a device.
DONE_HERE = {"mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_deactivate_totp", "mfa_generate_recovery_codes"}


@pytest.fixture
def owner(client: Client, alice: User) -> Client:
    """Return Alice's browser: signed in, and she has every kind of second factor."""
    sign_in(client, "alice")
    with_app(alice)
    Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Phone", "credential": {}})
    return client


def asks(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(reverse("account_reauthenticate"))


def show_that_it_is_her(client: Client) -> None:
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_that_could_take_over_the_account_asks_for_reauthentication(owner: Client, step: Step) -> None:
    before = list(Authenticator.objects.order_by("pk").values_list("pk", "type", "data"))
    assert asks(owner.get(step.url())) == step.on_opening
    assert asks(owner.post(step.url(), step.values)) == step.on_sending
    assert list(Authenticator.objects.order_by("pk").values_list("pk", "type", "data")) == before
    assert EmailAddress.objects.get().email == "alice@example.org"
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)  # allauth sends email after the commit, and within the request
@pytest.mark.parametrize("step", [step for step in STEPS if step.name in DONE_HERE], ids=lambda step: step.name)
def test_a_reauthenticated_user_completes_the_step_and_is_told_by_mail(owner: Client, step: Step) -> None:
    show_that_it_is_her(owner)
    assert not asks(owner.post(step.url(), step.values))
    assert [message.to for message in mail.outbox] == [["alice@example.org"]] * step.is_told


def test_a_request_that_asked_for_reauthentication_is_completed_after_it(owner: Client) -> None:
    page = reverse("mfa_generate_recovery_codes")
    codes = recovery_codes(User.objects.get())
    answer = owner.post(page)
    assert asks(answer)
    answer = owner.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": page})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert recovery_codes(User.objects.get()) != codes


@pytest.mark.django_db(transaction=True)
def test_turning_on_an_authenticator_app_asks_for_reauthentication(client: Client, alice: User) -> None:
    sign_in(client, "alice")
    page = reverse("mfa_activate_totp")
    assert asks(client.get(page))
    assert asks(client.post(page, {"code": "123456"}))
    show_that_it_is_her(client)
    client.get(page)
    client.post(page, {"code": code_of(client.session[SECRET_SESSION_KEY])})
    assert Authenticator.objects.filter(type="totp").exists()
    assert [message.to for message in mail.outbox] == [["alice@example.org"]]


def test_a_new_address_replaces_the_old_one_when_confirmed_and_the_old_one_is_mailed(owner: Client) -> None:
    show_that_it_is_her(owner)
    owner.post(reverse("account_email"), {"email": "new@example.org", "action_add": ""})
    assert [message.to for message in mail.outbox] == [["new@example.org"]]
    assert User.objects.get().email == "alice@example.org"
    owner.post(reverse("account_email_verification_sent"), {"code": mailed_code()})
    assert User.objects.get().email == "new@example.org"
    assert mail.outbox[-1].to == ["alice@example.org"]


def test_changing_a_password_needs_the_old_one_and_is_told_by_mail(owner: Client) -> None:
    page, new = reverse("account_change_password"), "count the terns twice"
    owner.post(page, {"oldpassword": "gulls on the dyke", "password1": new, "password2": new})
    assert User.objects.get().check_password(PASSWORD)
    owner.post(page, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert User.objects.get().check_password(new)
    assert [message.to for message in mail.outbox] == [["alice@example.org"]]


def test_a_user_without_a_password_shows_a_second_factor_before_setting_one(client: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    secret = with_app(alice)
    client.force_login(alice)
    page, new = reverse("account_set_password"), "count the terns twice"
    answer = client.post(page, {"password1": new, "password2": new})
    assert answer["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not User.objects.get().has_usable_password()
    client.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})
    client.post(page, {"password1": new, "password2": new})
    assert User.objects.get().check_password(new)


def test_each_page_for_reauthentication_offers_the_other_methods(owner: Client) -> None:
    by_password, by_code, by_passkey = map(
        reverse, ("account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn")
    )
    page = owner.get(by_password).content.decode()
    assert f'href="{by_code}"' in page
    assert f'href="{by_passkey}"' in page
    assert f'href="{by_password}"' in owner.get(by_code).content.decode()
