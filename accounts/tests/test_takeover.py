"""Mallory signs up with an address that is not hers, and the owner of the address comes later."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from accounts.sessions import sessions
from accounts.tests.helpers.entrance import confirm, is_signed_in, mailed_code, sign_in, sign_up
from accounts.tests.helpers.provider import Provider, come_by

pytestmark = pytest.mark.django_db

OWNER = "owner@example.org"
THEIRS, NEW = "mallory knows this", "herons at dusk"


def by_password(mallory: Client) -> None:
    assert sign_up(mallory, "eve", OWNER, THEIRS) == []


def by_passkey(mallory: Client) -> None:
    form = {"username": "eve", "email": OWNER}
    assert mallory.post(reverse("account_signup_by_passkey"), form).status_code == 302


def with_a_login_code(owner: Client) -> None:
    owner.post(reverse("account_request_login_code"), {"email": OWNER})
    owner.post(reverse("account_confirm_login_code"), {"code": mailed_code()})


def with_a_reset(owner: Client) -> None:
    owner.post(reverse("account_reset_password"), {"email": OWNER})
    owner.post(reverse("account_confirm_password_reset_code"), {"code": mailed_code()})
    owner.post(reverse("account_complete_password_reset"), {"password1": NEW, "password2": NEW})
    assert sign_in(owner, OWNER, NEW)


def with_another_sign_up(owner: Client) -> None:
    assert sign_up(owner, "olivia", OWNER, NEW) == []
    assert not is_signed_in(owner)
    owner.post(reverse("account_logout"))
    with_a_login_code(owner)


@pytest.mark.row(60)
@pytest.mark.parametrize("made", [by_password, by_passkey])
@pytest.mark.parametrize("comes", [with_a_login_code, with_a_reset, with_another_sign_up])
def test_nothing_that_was_chosen_before_the_owner_proved_the_address_opens_the_account(
    made: Callable[[Client], None], comes: Callable[[Client], None]
) -> None:
    mallory, owner = Client(), Client()
    made(mallory)
    comes(owner)
    account = User.objects.get(email=OWNER)
    assert owner.session["_auth_user_id"] == str(account.pk)
    assert not sign_in(mallory, "eve", THEIRS)
    assert not sign_in(Client(), OWNER, THEIRS)
    mallory.get(reverse("mfa_signup_webauthn"))
    mallory.post(reverse("accounts:start-again"))
    assert not is_signed_in(mallory)
    assert owner.get(reverse("chat:index")).status_code == 200
    assert not Authenticator.objects.exists()


@pytest.mark.row(60)
def test_an_owner_who_comes_by_openid_connect_shares_no_account_with_the_person_who_signed_up(
    provider: Provider,
) -> None:
    mallory, owner = Client(), Client()
    by_password(mallory)
    provider.person |= {"sub": "owner", "email": OWNER, "preferred_username": "olivia"}
    come_by(provider, owner)
    if not is_signed_in(owner):
        owner.post(reverse("account_logout"))
        with_a_login_code(owner)
    assert is_signed_in(owner)
    assert not sign_in(mallory, "eve", THEIRS)
    assert not sign_in(Client(), OWNER, THEIRS)


@pytest.mark.row(60)
def test_an_account_elsewhere_that_was_connected_before_the_proof_does_not_open_the_account(
    provider: Provider,
) -> None:
    mallory, owner = Client(), Client()
    provider.person |= {"email": OWNER, "email_verified": False, "name": "Not the owner"}
    come_by(provider, mallory)
    assert SocialAccount.objects.exists()
    with_a_login_code(owner)
    assert is_signed_in(owner)
    assert not SocialAccount.objects.exists()
    assert User.objects.get(email=OWNER).display_name == ""
    again = Client()
    come_by(provider, again)
    assert not is_signed_in(again)


@pytest.mark.row(60)
def test_factors_and_sessions_from_before_the_proof_end_where_addresses_were_not_verified(
    unverified: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    mallory, owner = Client(), Client()
    by_password(mallory)
    account = User.objects.get(email=OWNER)
    TOTP.activate(account, generate_totp_secret())
    Authenticator.objects.create(user=account, type="webauthn", data={"name": "Hers", "credential": {}})
    assert mallory.get(reverse("chat:index")).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        with_a_login_code(owner)
    assert is_signed_in(owner)
    assert not Authenticator.objects.exists()
    assert mallory.get(reverse("chat:index")).status_code == 302
    assert sessions.keys_of(account.pk) == [owner.session.session_key]
    assert Session.objects.filter(pk=owner.session.session_key).exists()


def test_the_owner_chooses_a_username_and_a_password_first() -> None:
    owner = Client()
    by_password(Client())
    owner.post(reverse("account_request_login_code"), {"email": OWNER})
    answer = owner.post(reverse("account_confirm_login_code"), {"code": mailed_code()})
    page = reverse("accounts:claim")
    assert answer["Location"] == page
    assert b'value="eve"' in owner.get(page).content
    taken = {"username": "room", "password1": NEW, "password2": NEW}
    assert b"reserved" in owner.post(page, taken).content
    assert owner.post(page, taken | {"username": "olivia"})["Location"] == reverse("chat:index")
    assert owner.get(reverse("chat:index")).status_code == 200
    assert owner.get(page)["Location"] == reverse("chat:index")
    assert sign_in(Client(), "olivia", NEW)


def test_after_a_reset_the_owner_is_asked_for_a_username_alone() -> None:
    owner = Client()
    by_password(Client())
    with_a_reset(owner)
    page = reverse("accounts:claim")
    assert owner.get(page).context["form"].fields.keys() == {"username"}
    assert owner.post(page, {"username": "olivia"})["Location"] == reverse("chat:index")
    assert sign_in(Client(), "olivia", NEW)


def test_the_page_is_only_for_a_session_that_took_an_account_over(client: Client, alice: User) -> None:
    sign_in(client, "alice")
    form = {"username": "olivia", "password1": NEW, "password2": NEW}
    assert client.post(reverse("accounts:claim"), form)["Location"] == reverse("chat:index")
    assert sign_in(Client(), "alice")


@pytest.mark.parametrize("comes", [with_a_login_code, with_a_reset])
def test_credentials_are_kept_if_the_session_that_made_the_account_proves_the_address(
    client: Client, comes: Callable[[Client], None]
) -> None:
    by_password(client)
    client.post(reverse("account_logout"))
    comes(client)
    assert is_signed_in(client)
    assert client.get(reverse("accounts:claim"))["Location"] == reverse("chat:index")
    assert sign_in(Client(), "eve", NEW if comes is with_a_reset else THEIRS)


def test_credentials_are_kept_if_the_password_was_shown_with_the_code() -> None:
    another = Client()
    by_password(Client())
    assert not sign_in(another, "eve", THEIRS)
    assert confirm(another, mailed_code())
    assert sign_in(Client(), "eve", THEIRS)


def test_credentials_of_an_account_with_a_proved_address_survive_a_mailed_code(client: Client, alice: User) -> None:
    client.post(reverse("account_request_login_code"), {"email": alice.email})
    client.post(reverse("account_confirm_login_code"), {"code": mailed_code()})
    assert is_signed_in(client)
    assert sign_in(Client(), "alice")


def test_a_mailed_code_takes_no_second_factor_from_an_administrator(client: Client, alice: User) -> None:
    EmailAddress.objects.update(verified=False)
    User.objects.update(is_staff=True)
    TOTP.activate(alice, generate_totp_secret())
    client.post(reverse("account_request_login_code"), {"email": alice.email})
    answer = client.post(reverse("account_confirm_login_code"), {"code": mailed_code()})
    assert answer["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    assert not sign_in(Client(), "alice")


def test_the_owner_of_an_account_that_an_administrator_made_stays_signed_in_after_both_codes(client: Client) -> None:
    User.objects.create_user("olivia", OWNER, THEIRS)
    with_a_login_code(client)
    assert confirm(client, mailed_code())
    assert client.get(reverse("chat:index")).status_code == 200
    assert not sign_in(Client(), "olivia", THEIRS)
