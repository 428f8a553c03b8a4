import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def cookies(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    return made_for(["Noor", "noor", "|trey| "], monkeypatch)


def made_for(nicknames: list[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    output = StringIO()
    monkeypatch.setattr("sys.stdin", StringIO(json.dumps(nicknames)))
    call_command("replay_accounts", stdout=output)
    found: dict[str, str] = json.loads(output.getvalue())
    return found


def signed_in_with(cookie: str) -> User:
    client = Client()
    name, value = cookie.split("=")
    client.cookies[name] = value
    return User.objects.get(pk=client.session["_auth_user_id"])


def test_each_nickname_gets_an_account_and_a_session(cookies: dict[str, str]) -> None:
    people = {nickname: signed_in_with(cookie) for nickname, cookie in cookies.items()}
    usernames = {nickname: user.username for nickname, user in people.items()}
    assert usernames == {"Noor": "noor", "noor": "noor-2", "|trey| ": "-trey--"}
    assert all(user.display_name == nickname for nickname, user in people.items())
    assert not any(user.has_usable_password() for user in people.values())


def test_the_session_of_a_replayed_account_opens_pages(cookies: dict[str, str]) -> None:
    assert Client(headers={"cookie": cookies["Noor"]}).get("/").status_code == 200
    assert Client().get("/").status_code == 302


def test_a_second_replay_has_the_same_accounts(cookies: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    again = made_for(["noor", "wen"], monkeypatch)
    assert signed_in_with(again["noor"]) == signed_in_with(cookies["noor"])
    assert User.objects.count() == 4


def test_a_replay_gives_away_no_existing_account(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = made_for([alice.display_name], monkeypatch)
    assert signed_in_with(made[alice.display_name]).username == "alice-2"
