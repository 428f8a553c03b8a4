"""Sites that do not verify addresses: sign-up asks for no code, and a code that a user asks for proves the address."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.checks import RULE
from accounts.models import User
from accounts.tests.helpers.entrance import PASSWORD, confirm, is_signed_in, mailed_code, mailed_to, sign_in, sign_up
from accounts.tests.helpers.provider import Provider, come_by

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unverified")]

OLD, NEW = "bob@example.org", "bobby@example.org"


@pytest.fixture
def bob(client: Client) -> User:
    """Sign Bob up, and return him."""
    assert sign_up(client, "Bob", OLD) == []
    return User.objects.get(username="Bob")


def test_a_new_user_is_signed_in_at_once_and_nothing_is_mailed(client: Client, bob: User) -> None:
    assert client.session["_auth_user_id"] == str(bob.pk)
    assert mail.outbox == []
    assert sign_in(Client(), OLD, PASSWORD)
    assert reverse("account_signup_by_passkey") not in Client().get(reverse("account_signup")).content.decode()
    assert mail.outbox == []


def test_a_taken_address_is_refused_in_the_form_and_nothing_is_mailed(client: Client, bob: User) -> None:
    assert sign_up(Client(), "Mallory", OLD.upper()) == ["There is already an account with this address."]
    assert not User.objects.filter(username="Mallory").exists()
    assert mail.outbox == []


def test_a_new_address_takes_the_place_of_the_old_one_once_its_code_is_right(client: Client, bob: User) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("account_email")).content.decode()
    assert f"Your email address is <b>{OLD}</b>." in page
    assert "You haven’t confirmed" in page
    client.post(reverse("account_email"), {"email": NEW, "action_add": ""})
    assert mailed_to() == [[NEW]]
    code = mailed_code()
    confirm(client, "WRONG-CODE")
    assert list(EmailAddress.objects.values_list("email", "primary")) == [(OLD, True)]
    assert User.objects.get().email == OLD
    confirm(client, code)
    assert list(EmailAddress.objects.values_list("email", "verified")) == [(NEW, True)]
    assert User.objects.get().email == NEW
    assert sign_in(Client(), NEW, PASSWORD)
    assert "You haven’t confirmed" not in client.get(reverse("account_email")).content.decode()


def test_a_user_can_confirm_the_address_with_which_they_signed_up(client: Client, bob: User) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"email": OLD, "action_send": ""})
    assert mailed_to() == [[OLD]]
    confirm(client, mailed_code())
    assert EmailAddress.objects.get(user=bob).verified
    assert sign_in(Client(), "Bob", PASSWORD)


def test_a_mailed_code_signs_in(bob: User) -> None:
    another = Client()
    another.post(reverse("account_request_login_code"), {"email": OLD})
    another.post(reverse("account_confirm_login_code"), {"code": mailed_code()})
    assert another.session["_auth_user_id"] == str(bob.pk)


def test_a_mailed_code_resets_the_password(client: Client, bob: User) -> None:
    client.post(reverse("account_logout"))
    client.post(reverse("account_reset_password"), {"email": OLD})
    client.post(reverse("account_confirm_password_reset_code"), {"code": mailed_code()})
    chosen = {"password1": "herons at dusk", "password2": "herons at dusk"}
    client.post(reverse("account_complete_password_reset"), chosen)
    assert sign_in(Client(), OLD, "herons at dusk")
    assert not sign_in(Client(), OLD, PASSWORD)


def test_codes_for_an_address_that_others_ask_for_do_not_keep_its_owner_out(client: Client, bob: User) -> None:
    mallory = Client()
    sign_up(mallory, "Mallory", "mallory@example.org")
    mallory.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for _ in range(7):
        mallory.post(reverse("account_email"), {"email": OLD, "action_add": ""})
    assert sign_in(Client(), OLD, PASSWORD)


def test_an_authenticator_app_can_be_added_and_is_asked_for(client: Client, bob: User) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    TOTP.activate(bob, generate_totp_secret())
    assert Authenticator.objects.filter(user=bob).exists()
    assert not sign_in(Client(), "Bob", PASSWORD)


def test_a_provider_account_whose_address_is_free_signs_up_and_nothing_is_mailed(
    client: Client, provider: Provider
) -> None:
    provider.person["email_verified"] = False
    come_by(provider, client)
    assert is_signed_in(client)
    assert mail.outbox == []


def test_a_provider_account_whose_address_is_taken_is_asked_for_another_one(
    client: Client, bob: User, provider: Provider
) -> None:
    newcomer = Client()
    assert come_by(provider, newcomer)["Location"] == reverse("socialaccount_signup")
    form = {"username": "robert", "email": OLD}
    page = newcomer.post(reverse("socialaccount_signup"), form)
    assert page.context["form"].errors.keys() == {"email"}
    assert not SocialAccount.objects.exists()
    newcomer.post(reverse("socialaccount_signup"), form | {"email": NEW})
    assert newcomer.session["_auth_user_id"] == str(User.objects.get(username="robert").pk)
    assert mail.outbox == []


def test_a_provider_account_can_be_disconnected_where_a_password_is_left(
    client: Client, bob: User, provider: Provider
) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    come_by(provider, client, "connect")
    connected = SocialAccount.objects.get(user=bob)
    client.post(reverse("socialaccount_connections"), {"account": connected.pk})
    assert not SocialAccount.objects.exists()


def test_allauths_other_rules_on_settings_still_hold(settings: Settings) -> None:
    assert run_checks() == []
    settings.ACCOUNT_UNIQUE_EMAIL = False
    assert [message.msg for message in run_checks()] == ["Using email as a login method requires ACCOUNT_UNIQUE_EMAIL"]
    settings.ACCOUNT_UNIQUE_EMAIL = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    assert [message.msg for message in run_checks()] == [RULE]
