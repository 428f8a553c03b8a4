"""Attackers who know a username cannot lock its owner out."""

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts import rate_limits
from accounts.models import User
from accounts.tests.helpers.entrance import is_signed_in, mailed_code, sign_in

pytestmark = pytest.mark.django_db

OFFICE, HOME = "198.51.100.7", "203.0.113.7"
PASSWORD = "alice's password"


def attempt(client: Client, password: str, network: str, login: str = "alice") -> bool:
    """Sign in without a session."""
    client.cookies.pop(settings.SESSION_COOKIE_NAME, None)
    client.post(reverse("account_login"), {"login": login, "password": password}, REMOTE_ADDR=network)
    return is_signed_in(client)


def use_up(network: str, login: str = "alice") -> None:
    mallory = Client()
    for number in range(6):
        assert not attempt(mallory, f"guess {number}", network, login)
    assert not attempt(mallory, PASSWORD, network, login)


def test_guesses_from_one_network_do_not_keep_the_owner_out_from_another(alice: User) -> None:
    use_up(HOME)
    assert not attempt(Client(), PASSWORD, HOME)
    assert attempt(Client(), PASSWORD, OFFICE)


@pytest.mark.parametrize("login", ["alice", "ALICE", "alice@example.org"])
def test_a_browser_in_which_the_owner_signed_in_gets_through_from_the_guessers_network(alice: User, login: str) -> None:
    owner = Client()
    assert attempt(owner, PASSWORD, OFFICE)
    owner.post(reverse("account_logout"))
    use_up(OFFICE, login)
    assert attempt(owner, PASSWORD, OFFICE, login)


def test_guesses_of_one_name_are_bounded_over_all_networks(alice: User) -> None:
    owner, mallory = Client(), Client()
    assert attempt(owner, PASSWORD, OFFICE)
    for number in range(99):
        request = RequestFactory().post("/", REMOTE_ADDR=f"198.51.100.{number}")
        request.user = AnonymousUser()
        assert rate_limits.take_sign_in(request, "alice")
    assert not attempt(mallory, "the hundredth guess", HOME)
    assert not attempt(Client(), PASSWORD, HOME)
    assert attempt(owner, PASSWORD, HOME)


def test_guesses_in_a_known_browser_are_limited_too_and_only_there(alice: User, bob: User) -> None:
    known = Client()
    assert attempt(known, PASSWORD, OFFICE)
    for number in range(5):
        assert not attempt(known, f"guess {number}", OFFICE)
    assert not attempt(known, PASSWORD, HOME)
    assert attempt(Client(), PASSWORD, OFFICE)
    use_up(HOME, "bob")
    assert not attempt(known, "bob's password", HOME, "bob")


def test_a_browser_is_no_longer_known_after_a_new_password_but_where_it_was_chosen(alice: User) -> None:
    stolen, owner = Client(), Client()
    assert attempt(stolen, PASSWORD, HOME)
    owner.post(reverse("account_reset_password"), {"email": alice.email})
    owner.post(reverse("account_confirm_password_reset_code"), {"code": mailed_code()})
    new = {"password1": "herons at dusk", "password2": "herons at dusk"}
    owner.post(reverse("account_complete_password_reset"), new)
    use_up(HOME)
    assert not attempt(stolen, "herons at dusk", HOME)
    assert attempt(owner, "herons at dusk", HOME)


def test_a_forged_cookie_makes_no_browser_known(alice: User) -> None:
    owner, mallory = Client(), Client()
    assert attempt(owner, PASSWORD, OFFICE)
    value = owner.cookies[settings.DEVICE_COOKIE_NAME].value
    use_up(HOME)
    for forged in ("", "nonsense", value[:-1], value.swapcase()):
        mallory.cookies[settings.DEVICE_COOKIE_NAME] = forged
        assert not attempt(mallory, PASSWORD, HOME)


def test_the_cookie_is_http_only_and_knows_each_user_of_the_browser(client: Client, alice: User, bob: User) -> None:
    assert sign_in(client, "alice")
    cookie = client.cookies[settings.DEVICE_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    client.post(reverse("account_logout"))
    assert sign_in(client, "bob")
    use_up(HOME)
    assert attempt(client, PASSWORD, HOME)


def test_a_signed_in_user_is_asked_again_however_many_guesses_there_were(client: Client, alice: User) -> None:
    client.force_login(alice)
    use_up("127.0.0.1")
    answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer.status_code == 302
