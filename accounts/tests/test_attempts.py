"""Log lines about sign-ins and failed attempts."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.helpers.entrance import sign_in

pytestmark = pytest.mark.django_db

ELSEWHERE = "203.0.113.7"


def test_signing_in_and_out_is_logged_with_the_user_and_the_address(
    alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(REMOTE_ADDR=ELSEWHERE)
    assert sign_in(client, "alice")
    client.post(reverse("account_logout"))
    said = [record.getMessage() for record in caplog.records if record.name == "accounts.sessions.login_log"]
    assert said == [f"User {alice.pk} signed in from {ELSEWHERE}.", f"User {alice.pk} signed out from {ELSEWHERE}."]


@pytest.mark.parametrize("login", ["alice", "ALICE", "Alice@example.org"])
def test_a_wrong_password_is_logged_with_its_user_but_not_with_what_was_typed(
    alice: User, caplog: pytest.LogCaptureFixture, login: str
) -> None:
    assert not sign_in(Client(REMOTE_ADDR=ELSEWHERE), login, "gulls on the dyke")
    assert f"A wrong password, for user {alice.pk}, from {ELSEWHERE}." in caplog.text
    assert "gulls" not in caplog.text


def test_a_password_that_was_typed_as_a_username_is_not_logged(alice: User, caplog: pytest.LogCaptureFixture) -> None:
    assert not sign_in(Client(REMOTE_ADDR=ELSEWHERE), "alice's password", "alice")
    assert f"A wrong password, for nobody, from {ELSEWHERE}." in caplog.text
    assert "alice's password" not in caplog.text
