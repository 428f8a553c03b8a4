from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.signup import first_administrator

pytestmark = pytest.mark.django_db

PASSWORD = "terns on the dyke"


def path() -> str:
    return urlsplit(first_administrator.link()).path


def form(username: str = "ilse") -> dict[str, str]:
    return {
        "username": username,
        "email": f"{username}@example.org",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }


def printed_link() -> str:
    output = StringIO()
    call_command("setup_link", stdout=output)
    return output.getvalue()


def test_the_setup_link_makes_the_administrator_and_signs_them_in(client: Client) -> None:
    link = path()
    assert client.get(link).status_code == 200
    response = client.post(link, form())
    assert response.status_code == 302
    ilse = User.objects.administrators().get()
    assert (ilse.username, ilse.is_staff, ilse.check_password(PASSWORD)) == ("ilse", True, True)
    assert client.session["_auth_user_id"] == str(ilse.pk)


def test_the_setup_link_works_once(client: Client) -> None:
    link = path()
    client.post(link, form())
    assert client.get(link).status_code == 404
    assert client.post(link, form("mallory")).status_code == 404
    assert User.objects.count() == 1


def test_a_mistake_in_the_setup_form_leaves_the_link_usable(client: Client) -> None:
    link = path()
    response = client.post(link, {**form(), "password2": "something else"})
    assert response.context["form"].errors
    assert client.post(link, form()).status_code == 302


def test_a_forged_setup_token_is_refused(client: Client) -> None:
    forged = signing.dumps("nonce", key="guessed", salt=first_administrator.SALT)
    assert client.get(reverse("accounts:setup", args=[forged])).status_code == 404


def test_a_setup_link_that_is_too_old_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_administrator, "LINK_AGE", 0)
    link = path()
    assert client.get(link).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_only_one_of_concurrent_setups_makes_an_administrator() -> None:
    link = path()

    def post(username: str) -> int:
        try:
            return Client().post(link, form(username)).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as pool:
        assert sorted(pool.map(post, ["alice", "bob", "mallory"])) == [302, 404, 404]
    assert User.objects.count() == 1


def test_the_setup_link_is_printed_while_there_is_no_administrator(client: Client) -> None:
    line = printed_link()
    assert line.startswith("Set up Roomful: http://localhost:8000/setup/")
    assert line.count("\n") == 1
    assert client.post(urlsplit(line.split()[-1]).path, form()).status_code == 302
    assert printed_link() == ""


def test_the_setup_link_has_the_first_origin_if_localhost_is_not_allowed(settings: Settings) -> None:
    settings.ALLOWED_ORIGINS = ["https://chat.example.org", "https://old.example.org"]
    assert first_administrator.link().startswith("https://chat.example.org/setup/")
