"""Second factors: the second step of sign-in, and the storage of their secrets."""

import json
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.mfa import factors
from accounts.models import User
from accounts.tests.helpers.entrance import sign_in
from testing.waiting import eventually

pytestmark = pytest.mark.django_db

PASSWORD = "alice's password"

PERIOD, LEFT = 30, 4  # seconds


def code_of(secret: str) -> str:
    """Return the code of an authenticator app. Wait if its period is about to end, since the code expires with it."""
    eventually(lambda: time.time() % PERIOD < PERIOD - LEFT, within=LEFT + 1)
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD))


def wrong_code(secret: str) -> str:
    return f"{(int(code_of(secret)) + 1) % 1_000_000:06}"


def with_app(user: User) -> str:
    """Give the user an authenticator app and recovery codes. Return the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def recovery_codes(user: User) -> list[str]:
    codes: list[str] = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    return codes


def second_step(client: Client, code: str) -> str:
    """Enter the code. Return the form's error, or an empty string if it signs in."""
    answer = client.post(reverse("mfa_authenticate"), {"code": code})
    return "" if answer.status_code == 302 else str(answer.context["form"].errors["code"][0])


def sign_in_and_show(client: Client, user: User) -> None:
    """Sign in, and enter the password once more."""
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_password_alone_does_not_sign_in_a_user_with_an_authenticator_app(client: Client, alice: User) -> None:
    assert sign_in(client, "alice")
    client.logout()
    secret = with_app(alice)
    assert not sign_in(client, "alice")
    assert second_step(client, wrong_code(secret)) == "Incorrect code."
    assert not is_signed_in(client)
    assert second_step(client, code_of(secret)) == ""
    assert is_signed_in(client)


def test_a_code_of_the_app_is_accepted_once(alice: User) -> None:
    secret, one, another = with_app(alice), Client(), Client()
    code = code_of(secret)
    for client in (one, another):
        sign_in(client, "alice")
    assert second_step(one, code) == ""
    assert second_step(another, code) == "Incorrect code."
    assert not is_signed_in(another)


def test_a_recovery_code_works_once(alice: User) -> None:
    with_app(alice)
    one, another = Client(), Client()
    codes = recovery_codes(alice)
    for client in (one, another):
        sign_in(client, "alice")
    assert second_step(one, codes[3]) == ""
    assert second_step(another, codes[3]) == "Incorrect code."
    assert second_step(another, codes[4]) == ""
    assert recovery_codes(alice) == codes[:3] + codes[5:]


def test_after_five_wrong_codes_even_a_right_one_is_refused(client: Client, alice: User) -> None:
    secret = with_app(alice)
    sign_in(client, "alice")
    for _ in range(5):
        assert second_step(client, wrong_code(secret)) == "Incorrect code."
    assert "Too many attempts" in second_step(client, code_of(secret))
    another = Client()
    sign_in(another, "alice")
    assert "Too many attempts" in second_step(another, recovery_codes(alice)[0])


def test_secrets_of_second_factors_are_not_stored_in_plain_text(alice: User) -> None:
    secret = with_app(alice)
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not re.search(r"[0-9a-f]{80}", stored)


def test_codes_still_work_after_the_secret_key_was_replaced(client: Client, alice: User, settings: Settings) -> None:
    secret = with_app(alice)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, long enough for a test"
    sign_in(client, "alice")
    assert second_step(client, code_of(secret)) == ""


def test_second_factors_that_are_encrypted_again_need_the_former_secret_key_no_more(
    client: Client, alice: User, settings: Settings
) -> None:
    secret, codes = with_app(alice), recovery_codes(alice)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, long enough for a test"
    call_command("encrypt_again")
    settings.SECRET_KEY_FALLBACKS = []
    assert recovery_codes(alice) == codes
    sign_in(client, "alice")
    assert second_step(client, code_of(secret)) == ""


def test_what_no_known_secret_key_reads_is_named_and_does_not_stop_the_others(
    client: Client, alice: User, bob: User, settings: Settings
) -> None:
    with_app(alice)
    settings.SECRET_KEY = "another key, long enough for a test"
    secret = with_app(bob)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a third key, long enough for a test"
    with pytest.raises(CommandError, match="2 second factors"):
        call_command("encrypt_again")
    settings.SECRET_KEY_FALLBACKS = []
    sign_in(client, "bob")
    assert second_step(client, code_of(secret)) == ""


def test_a_code_whose_secret_key_is_lost_is_refused_with_an_explanation(
    client: Client, alice: User, settings: Settings
) -> None:
    secret = with_app(alice)
    settings.SECRET_KEY = "another key, long enough for a test"
    sign_in(client, "alice")
    assert "secret key has changed" in second_step(client, code_of(secret))
    assert not is_signed_in(client)


def test_recovery_codes_can_be_regenerated_after_the_secret_key_was_lost(
    client: Client, alice: User, settings: Settings
) -> None:
    with_app(alice)
    settings.SECRET_KEY = "another key, long enough for a test"
    sign_in_and_show(client, alice)
    page = client.get(reverse("mfa_index")).content.decode()
    assert "No codes are left" in page
    assert "Turn it off and on again" in page
    answer = client.get(reverse("mfa_view_recovery_codes"), follow=True)
    assert answer.redirect_chain == [(reverse("mfa_index"), 302)]
    assert "secret key has changed" in answer.content.decode()
    client.post(reverse("mfa_generate_recovery_codes"))
    assert len(recovery_codes(alice)) == 10


def test_recovery_codes_are_shown_once(client: Client, alice: User) -> None:
    with_app(alice)
    sign_in_and_show(client, alice)
    page, code = reverse("mfa_view_recovery_codes"), recovery_codes(alice)[0]
    assert code in client.get(page).content.decode()
    assert code not in client.get(page).content.decode()
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 403


def test_only_an_app_or_a_passkey_is_a_second_factor(alice: User, bob: User) -> None:
    assert not factors.has_second_factor(AnonymousUser())
    RecoveryCodes.activate(alice)
    assert not factors.has_second_factor(alice)
    with_app(bob)
    assert factors.has_second_factor(bob)


def test_a_session_knows_whether_a_second_factor_was_shown(client: Client, alice: User) -> None:
    def shown() -> bool:
        return factors.signed_in_with_second_factor(client.get(reverse("mfa_index")).wsgi_request)

    sign_in(client, "alice")
    assert not shown()
    secret = with_app(alice)
    assert not shown()
    client.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})
    assert shown()
    client.logout()
    sign_in(client, "alice")
    assert not shown()
    second_step(client, recovery_codes(alice)[0])
    assert shown()
