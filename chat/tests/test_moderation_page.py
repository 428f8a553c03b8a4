"""The page of a room that shows banned and muted users."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from chat.models import Room
from chat.permissions.actor import Actor
from chat.queries import pagination
from chat.services.moderation import moderation, mutes
from chat.services.rooms import membership

pytestmark = pytest.mark.django_db


def page(viewer: User, room: Room, /, **form: Any) -> Any:
    client = Client()
    client.force_login(viewer)
    address = reverse("chat:room-settings:moderation", args=[room.pk])
    return client.post(address, form, follow=True) if form else client.get(address)


def test_only_moderators_see_the_moderation_page(alice: User, bob: User, mallory: User, general: Room) -> None:
    found = [page(user, general).status_code for user in (alice, bob, mallory)]
    assert found == [200, 403, 404]


def test_the_moderation_page_lists_bans_and_mutes_and_lifts_each(
    alice: User, bob: User, mallory: User, general: Room
) -> None:
    mutes.mute(Actor(alice), general.pk, bob.pk, until=timezone.now() + timedelta(hours=1), reason="Be kind")
    moderation.ban(Actor(alice), general.pk, mallory.pk, reason="Spam")
    shown = page(alice, general).content.decode()
    assert all(words in shown for words in ("@mallory", "Spam", "Permanently", "@bob", "Be kind"))
    assert "Ban removed." in page(alice, general, act="unban", user=mallory.pk).content.decode()
    shown = page(alice, general, act="unmute", user=bob.pk).content.decode()
    assert "Mute removed." in shown
    assert "No one is banned" in shown
    assert "No one is muted" in shown
    assert page(alice, general, act="unban", user="x").status_code == 400


def test_bans_and_mutes_come_in_pages_and_are_searched(
    alice: User, general: Room, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "NUMBERED_LENGTH", 2)
    for number in range(3):
        user = User.objects.create_user(f"user{number}")
        membership.join(user, general.pk)
        mutes.mute(Actor(alice), general.pk, user.pk, until=timezone.now() + timedelta(hours=number + 1))
        moderation.ban(Actor(alice), general.pk, user.pk)
    client.force_login(alice)

    def lists(**query: Any) -> tuple[list[str], list[str]]:
        context = client.get(reverse("chat:room-settings:moderation", args=[general.pk]), query).context
        muted = [membership.user.username for membership, _entry, _may_lift in context["muted"]]
        return [ban.user.username for ban, _may_lift in context["bans"]], muted

    assert lists() == (["user2", "user1"], ["user0", "user1"])
    assert lists(banned=2) == (["user0"], ["user0", "user1"])
    assert lists(muted=2) == (["user2", "user1"], ["user2"])
    assert lists(q="user2") == (["user2"], ["user2"])
    assert lists(q="nobody") == ([], [])


def test_the_moderation_page_bans_a_user_by_username(alice: User, mallory: User, general: Room) -> None:
    form = {"username": "@Mallory", "reason": "Spam", "hours": "24"}
    assert "Mallory was banned from this room." in page(alice, general, **form).content.decode()
    kept = general.bans.of(mallory).get()
    assert kept.until is not None
    assert kept.reason == "Spam"


def test_the_moderation_page_says_why_a_user_was_not_banned(alice: User, bob: User, general: Room) -> None:
    assert "There is no user with this username." in page(alice, general, username="nobody", hours="0").content.decode()
    refused = page(alice, general, username="alice", hours="0")
    assert (refused.status_code, "You can’t do that to yourself." in refused.content.decode()) == (422, True)
    assert not general.bans.exists()
