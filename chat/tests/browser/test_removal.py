"""Removal of many messages at once, as open pages show it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from chat.models import Room
from chat.permissions.actor import SITE, Actor
from chat.services.messages import pins, posting
from chat.services.removal import purge_user, retention
from chat.services.removal.delete_room import delete_room
from chat.tests.browser.pages import OpenTab, everywhere
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def post(author: User, room: Room, body: str, **details: object) -> int:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details).pk


def test_open_pages_follow_a_purge_then_retention_and_then_the_deletion_of_the_room(
    tab: OpenTab, alice: User, bob: User, general: Room, secret: Room
) -> None:
    post(alice, general, "Long ago", created_at=timezone.now() - timedelta(days=3))
    root = post(alice, general, "Who is coming?")
    spam = [post(bob, general, f"Buy this: {number}") for number in range(3)]
    post(bob, general, "Buy that", thread=root)
    post(alice, general, "Certainly not", quote=spam[0])
    pins.pin(alice, general.pk, spam[1])
    hers, his = tab(alice), tab(bob)
    for each in (hers, his):
        each.open_room(general)
    his.open_thread("Who is coming?")
    hers.act("Buy this: 2", "purge")
    hers.one("purge-dialog input").send_keys("Spam")
    hers.one("purge-dialog .danger").click()
    everywhere(lambda each: len(each.all("main article[data-deleted] .tombstone")) == 3, hers, his)
    for each in (hers, his):
        assert each.stored() == ["Long ago", "Who is coming?", "Certainly not"]
        quote = each.article("Certainly not").find_element("css selector", ".quote").text
        assert "Buy this" not in quote
    assert his.replies() == ["Who is coming?"]
    assert his.all("main .replies") == []

    retention.set_retention(SITE, general.pk, 1)
    retention.apply(general.pk, timezone.now(), lambda seconds: None)
    everywhere(lambda each: each.stored() == ["Who is coming?", "Certainly not"], hers, his)

    assert "purge" not in hers.offered("Who is coming?")
    hers.open_room(secret)
    for number in range(2):
        post(bob, general, f"Once more: {number}")
    assert eventually(lambda: hers.badge(general) == "2")
    purge_user.purge(Actor(alice), general.pk, bob.pk)
    assert eventually(lambda: hers.badge(general) == "")

    delete_room(Actor(alice), general.pk, reason="Enough")
    assert eventually(lambda: not hers.all(f'a[data-room="{general.pk}"]'))
    assert eventually(lambda: his.all(".gone"))
    for each in (hers, his):
        assert each.complaints() == []
