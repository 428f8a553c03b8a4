"""The browser's own decisions on offered actions, which follow the rules of the server."""

import json

import pytest

from accounts.models import User
from chat.models import Room
from chat.permissions.roles import ranks_in
from chat.services.rooms import membership
from chat.tests.permissions import browser_cases


def test_browser_scripts_are_tested_with_what_the_server_decides() -> None:
    assert json.loads(browser_cases.PATH.read_text()) == browser_cases.table()


@pytest.mark.django_db
def test_those_who_rank_above_members_are_told_by_their_roles(
    alice: User, bob: User, mallory: User, admin_user: User, general: Room, secret: Room
) -> None:
    membership.join(mallory, general.pk)
    general.memberships.filter(user=bob).update(role="moderator")
    assert ranks_in(general) == {alice.pk: "owner", bob.pk: "moderator", admin_user.pk: "administrator"}
    assert ranks_in(secret) == {alice.pk: "owner"}
