"""Administrators sign in like all users, and show a second factor before they run the site."""

from urllib.parse import urlsplit

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.mfa import first_factors
from accounts.models import User

pytestmark = pytest.mark.django_db

PAGES = ("/admin/", "/admin/accounts/user/", "/admin/presence/", "/site/", "/site/people/")


@pytest.fixture(autouse=True)
def _demanded(settings: Settings) -> None:
    settings.ADMIN_SECOND_FACTOR = True


def signed_in(user: User, *, factor: bool = False) -> Client:
    """Return a signed-in client. With `factor`, its session notes a second factor, as allauth does."""
    client = Client()
    client.force_login(user)
    if factor:
        request = HttpRequest()
        request.session, request.user = client.session, user
        record_authentication(request, user, "mfa", type="totp")
        request.session.save()
    return client


def with_factor(user: User) -> User:
    TOTP.activate(user, generate_totp_secret())
    return user


@pytest.mark.parametrize("page", PAGES)
def test_an_administrator_who_has_shown_a_second_factor_gets_in(page: str, admin_user: User, alice: User) -> None:
    assert signed_in(with_factor(admin_user), factor=True).get(page).status_code == 200
    refusals = {"/site/": 404, "/site/people/": 404}
    outsider = signed_in(with_factor(alice), factor=True).get(page, follow=True)
    assert outsider.status_code == refusals.get(page, 403)


@pytest.mark.parametrize("page", PAGES)
def test_an_administrator_who_has_not_shown_their_second_factor_is_asked_for_it(page: str, admin_user: User) -> None:
    answer = signed_in(with_factor(admin_user)).get(page, follow=True)
    assert answer.redirect_chain[-1][0] == f"{reverse('mfa_reauthenticate')}?next={page.replace('/', '%2F')}"
    assert "Confirm it’s you with your second step" in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_an_administrator_without_a_second_factor_is_asked_to_add_one(page: str, admin_user: User) -> None:
    client = signed_in(admin_user)
    answer = client.get(page, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("mfa_index")
    assert "Ask for “manage.py second_factor_link admin”" in answer.text
    client.get(urlsplit(first_factors.link(admin_user)).path)
    assert "Add a passkey or an authenticator app, then come back" in client.get(page, follow=True).text


def test_an_action_sent_before_the_second_factor_is_not_done(admin_user: User, bob: User) -> None:
    ban = reverse("chat:site-admin:ban", args=[bob.pk])
    answer = signed_in(with_factor(admin_user)).post(ban, {"reason": "spam"})
    assert answer["Location"] == f"{reverse('mfa_reauthenticate')}?next=%2Fsite%2F"
    fields = {"action": "delete_selected", "_selected_action": bob.pk, "post": "yes"}
    assert signed_in(admin_user).post("/admin/accounts/user/", fields).status_code == 302
    assert User.objects.get(pk=bob.pk).is_active

    assert signed_in(admin_user, factor=True).post(ban, {"reason": "spam"}).status_code == 302
    assert not User.objects.get(pk=bob.pk).is_active


def test_the_admin_has_no_sign_in_form_of_its_own(client: Client, admin_user: User) -> None:
    fields = {"username": admin_user.username, "password": "password", "next": "/admin/"}
    for answer in (client.post("/admin/login/", fields, follow=True), client.get("/admin/", follow=True)):
        assert answer.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2F"
    assert "_auth_user_id" not in client.session


def test_the_admins_sign_in_redirects_to_no_other_site(admin_user: User) -> None:
    client = signed_in(admin_user, factor=True)
    assert client.get("/admin/login/?next=https://evil.example/")["Location"] == "/admin/"
    assert client.get("/admin/login/?next=/admin/chat/room/")["Location"] == "/admin/chat/room/"


def test_a_site_may_turn_off_the_second_factor_of_administrators(settings: Settings, admin_user: User) -> None:
    settings.ADMIN_SECOND_FACTOR = False
    for page in PAGES:
        assert signed_in(admin_user).get(page).status_code == 200
