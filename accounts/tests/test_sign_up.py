import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.tests.helpers.entrance import confirm, is_signed_in, mailed_code, mailed_to, sign_in, sign_up

pytestmark = pytest.mark.django_db

CODE_PAGE = "account_email_verification_sent"


def test_the_mailed_code_signs_in_and_confirms_the_address(client: Client) -> None:
    assert sign_up(client, "Bob", "bob@example.org") == []
    bob = User.objects.get(username="Bob")
    assert not is_signed_in(client)
    assert not EmailAddress.objects.get(user=bob).verified
    assert confirm(client, mailed_code())
    assert client.session["_auth_user_id"] == str(bob.pk)
    assert EmailAddress.objects.get(user=bob).verified


def test_a_wrong_code_is_reported_and_after_three_the_right_one_is_void(client: Client) -> None:
    sign_up(client, "Bob", "bob@example.org")
    code = mailed_code()
    page = client.post(reverse(CODE_PAGE), {"code": "WRONG-CODE"})
    assert b"Wrong code" in page.content
    assert b'aria-invalid="true"' in page.content
    client.post(reverse(CODE_PAGE), {"code": "WRONG-CODE"})
    client.post(reverse(CODE_PAGE), {"code": "WRONG-CODE"})
    assert not confirm(client, code)


def test_another_code_may_be_asked_for_and_voids_the_first(client: Client) -> None:
    sign_up(client, "Bob", "bob@example.org")
    first = mailed_code()
    client.post(reverse(CODE_PAGE), {"action": "resend"})
    assert len(mail.outbox) == 2
    assert not confirm(client, first)
    assert confirm(client, mailed_code())


def test_a_user_who_mistyped_the_address_starts_again_and_leaves_no_account(client: Client) -> None:
    sign_up(client, "Bob", "bbo@example.org")
    assert client.post(reverse("accounts:start-again"))["Location"] == reverse("account_signup")
    assert not User.objects.exists()
    assert b'value="Bob"' in client.get(reverse("account_signup")).content
    assert sign_up(client, "Bob", "bob@example.org") == []
    assert confirm(client, mailed_code())


def test_starting_again_keeps_an_account_that_is_confirmed_or_of_another_browser(client: Client) -> None:
    sign_up(client, "Bob", "bob@example.org")
    another = Client()
    sign_in(another, "Bob", "gulls on the dyke")
    another.post(reverse("accounts:start-again"))
    assert User.objects.count() == 1
    client.post(reverse(CODE_PAGE), {"action": "resend"})
    assert confirm(client, mailed_code())
    client.post(reverse("accounts:start-again"))
    assert User.objects.count() == 1


def test_signing_in_before_the_address_is_confirmed_asks_for_the_code(client: Client) -> None:
    sign_up(client, "Bob", "bob@example.org")
    another = Client()
    assert not sign_in(another, "Bob", "gulls on the dyke")
    assert confirm(another, mailed_code())


def test_a_taken_address_is_answered_like_a_free_one_and_only_its_owner_is_told(client: Client, alice: User) -> None:
    sign_up(client, "Bob", "bob@example.org")
    other = Client()
    assert sign_up(other, "Mallory", "ALICE@example.org") == []
    free, taken = (str(each.get(reverse(CODE_PAGE)).content) for each in (client, other))
    assert "We emailed a code to <b>alice@example.org</b>" in taken
    assert shape(taken) == shape(free)
    assert other.post(reverse("accounts:start-again"))["Location"] == reverse("account_signup")
    assert not User.objects.filter(username="Mallory").exists()
    assert mailed_to()[-1] == ["alice@example.org"]
    assert "already has an account" in str(mail.outbox[-1].body)


def test_passwords_that_differ_or_are_weak_are_refused_and_what_was_typed_stays(client: Client) -> None:
    form = {"username": "Bob", "email": "bob@example.org", "password1": "gulls on the dyke", "password2": "gulls"}
    page = client.post(reverse("account_signup"), form)
    assert page.context["form"].errors.keys() == {"password2"}
    assert b'value="bob@example.org"' in page.content
    assert sign_up(client, "Bob", "bob@example.org", "password") != []
    assert User.objects.count() == 0


def test_form_fields_have_autocomplete_hints(client: Client) -> None:
    page = client.get(reverse("account_signup")).content.decode()
    assert page.count('autocomplete="new-password"') == 2
    for each in ('autocomplete="email"', 'autocomplete="username"'):
        assert each in page
    sign_up(client, "Bob", "bob@example.org")
    assert 'autocomplete="one-time-code"' in client.get(reverse(CODE_PAGE)).content.decode()
    assert 'autocomplete="username webauthn"' in Client().get(reverse("account_login")).content.decode()


def test_signing_up_with_a_passkey_confirms_the_address_before_asking_the_device(client: Client) -> None:
    page = client.get(reverse("account_signup_by_passkey"))
    assert page.context["form"].fields.keys() == {"email", "username"}
    form = {"username": "Bob", "email": "bob@example.org"}
    assert client.post(reverse("account_signup_by_passkey"), form)["Location"] == reverse(CODE_PAGE)
    assert not confirm(client, mailed_code())
    assert client.get(reverse(CODE_PAGE)).status_code == 302
    assert client.get(reverse("mfa_signup_webauthn")).status_code == 200


def test_the_code_page_says_that_mail_is_printed_only_in_debug_mode(client: Client, settings: Settings) -> None:
    sign_up(client, "Bob", "bob@example.org")
    assert b"The code is in the server log" not in client.get(reverse(CODE_PAGE)).content
    settings.DEBUG = True
    assert b"The code is in the server log" in client.get(reverse(CODE_PAGE)).content


def test_an_address_gets_only_so_many_codes(client: Client) -> None:
    sign_up(client, "Bob", "bob@example.org")
    elsewhere = [Client() for _ in range(5)]
    for each in elsewhere:
        sign_in(each, "Bob", "gulls on the dyke")
    assert len(mail.outbox) == 5


def test_signing_up_too_often_is_answered_in_our_words(client: Client) -> None:
    pages = [client.post(reverse("account_signup"), {}) for _ in range(21)]
    assert pages[19].status_code == 200
    assert pages[20].status_code == 429
    assert b"Too many attempts" in pages[20].content


def shape(page: str) -> str:
    """Return the part of a page that is the same for every user."""
    return re.sub(r"[a-z]+@example.org|value=\"\w{64}\"", "", page)
