"""Secrets appear in no log line, no error, and no page except those for showing them."""

import logging
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.signup import first_administrator
from chat.models import Room
from chat.permissions.actor import Actor
from chat.services.rooms import invites, membership
from chat.tests.helpers.talk import fetch, sign_in
from project.config.logs import discreet
from testing.processes import Server
from testing.sockets import session_cookie
from testing.waiting import eventually

PASSWORD = "the wrong horse"


@pytest.fixture
def secret(alice: User, bob: User) -> Room:
    room = membership.create_room(alice, "secret", kind=Room.Kind.PRIVATE)
    return membership.add_member(room.pk, bob)


@pytest.mark.django_db(transaction=True)
def test_the_servers_log_has_no_password_link_or_session(
    server: Server, alice: User, mallory: User, secret: Room
) -> None:
    cookie = session_cookie(mallory)
    _invite, token = invites.make_link(Actor(alice), secret.pk)
    set_up = first_administrator.link().rstrip("/").rpartition("/")[2]
    assert not sign_in(server, "alice", PASSWORD)
    assert sign_in(server, "alice", "alice's password")
    assert secret.name in fetch(server, f"/join/{token}/", cookie)
    fetch(server, f"/setup/{set_up}/")
    with pytest.raises(AssertionError):  # the page is not found
        fetch(server, f"/join/{token}/%0AForged", cookie)
    eventually(lambda: "Forged" in server.log.read_text())
    log = server.log.read_text()
    assert not [line for line in log.splitlines() if line.startswith("Forged")]
    assert "/join/…/" in log
    for value in (PASSWORD, "alice's password", token, set_up, cookie, settings.SECRET_KEY):
        assert value not in log


@pytest.mark.django_db
def test_an_error_page_reveals_nothing_and_its_log_has_no_secret(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the inside of the site")

    client = Client(raise_request_exception=False)
    form = {"login": "alice", "password": PASSWORD}
    assert client.post(reverse("account_login"), form).status_code == 200
    monkeypatch.setattr("allauth.account.forms.LoginForm.clean", fail)
    with caplog.at_level(logging.DEBUG):
        response = client.post(reverse("account_login"), form)
    page = response.content.decode()
    assert response.status_code == 500
    for inside in ("the inside of the site", "Traceback", "RuntimeError", "allauth", "Django", PASSWORD):
        assert inside not in page
    assert "the inside of the site" in caplog.text  # otherwise the error could not be fixed
    for value in (PASSWORD, settings.SECRET_KEY):
        assert value not in caplog.text


@pytest.mark.django_db
def test_a_page_has_no_secret_of_anybody(alice: User, bob: User, secret: Room) -> None:
    _invite, token = invites.make_link(Actor(alice), secret.pk)
    client = Client()
    client.force_login(alice)
    names = ("members", "invites", "log")
    pages = [reverse(f"chat:room-settings:{name}", args=[secret.pk]) for name in names]
    for path in [*pages, reverse("chat:index"), reverse("chat:room", args=[secret.pk]), reverse("usersessions_list")]:
        page = client.get(path).content.decode()
        assert client.session.session_key
        for value in (token, client.session.session_key, alice.password, bob.password, bob.email):
            assert value not in page, path


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("GET /join/abc_D-1/ 200", "GET /join/…/ 200"),
        ("Not Found: /setup/a:b:c-d/", "Not Found: /setup/…/"),
        ("GET /accounts/invited/abc/ 200", "GET /accounts/invited/…/ 200"),
        ("GET /accounts/first-factor/a:b:c-d/ 302", "GET /accounts/first-factor/…/ 302"),
        ("GET /accounts/login/?next=/join/abc/", "GET /accounts/login/?next=/join/…/"),
        ("GET /accounts/login/?next=%2Fjoin%2Fabc%2F", "GET /accounts/login/?next=%2Fjoin%2F…%2F"),
        ("POST /rooms/7/join/ 302", "POST /rooms/7/join/ 302"),
    ],
)
def test_tokens_of_links_are_masked_in_the_log(line: str, written: str) -> None:
    assert discreet(line) == written
