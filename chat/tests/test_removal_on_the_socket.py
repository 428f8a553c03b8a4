"""Removal of many messages, as clients see it, over real servers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from chat import broadcasts
from chat.models import Message, Removal, Room
from chat.permissions.actor import SITE, Actor
from chat.services.messages import pins, posting
from chat.services.removal import retention
from chat.services.removal.delete_room import delete_room
from chat.tests.helpers.state import apply, state_of
from chat.tests.helpers.talk import here, in_thread, open_room, post, shows
from testing.processes import Server
from testing.sockets import Client, Refused
from testing.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

Servers = Callable[..., Server]
GONE = r"not_found: Room not found\."
ENDING = {"how": "deleted", "reason": "Enough"}


@pytest.mark.row(30)
async def test_from_the_deletion_of_a_room_on_nobody_gets_anything_of_it(
    servers: Servers, alice: User, bob: User, mallory: User, general: Room, secret: Room
) -> None:
    one, other = servers(), servers()
    async with Client(one, alice) as a, Client(other, bob) as b, Client(other, bob) as elsewhere:
        for client in (a, b):
            await open_room(client, general)
        await shows(b, lambda: here(b) == {"alice", "bob"})
        await post(b, general, "Hello")
        await in_thread(delete_room)(Actor(alice), general.pk, reason="Enough")
        for client in (a, b, elsewhere):
            lost = await client.event("room.lost", timeout=1, room=general.pk)
            assert {name: lost[name] for name in ENDING} == ENDING
            assert lost["by"]["id"] == alice.pk
            await post(client, secret, "Still here")
            after = client.log[client.log.index(lost) + 1 :]
            assert not [event for event in after if event.get("room") == general.pk]
        for room_id in (general.pk, 999_999):
            with pytest.raises(Refused, match=GONE):
                await b.command("message.post", room=room_id, client_id=str(uuid4()), body="Hello")
            with pytest.raises(Refused, match=GONE):
                await b.command("room.open", room=room_id)
        await in_thread(eventually)(lambda: not Room.objects.filter(pk=general.pk).exists(), within=20)
        assert await in_thread(Removal.objects.filter(done__gt=0).exclude(finished_at=None).exists)()


@pytest.mark.usefixtures("no_other_servers")  # one of them could remove the room first
async def test_a_member_who_missed_the_deletion_event_loses_the_room_at_the_next_check(
    servers: Servers, monkeypatch: pytest.MonkeyPatch, alice: User, bob: User, general: Room
) -> None:
    monkeypatch.setattr(broadcasts, "room_deleted", lambda *_: None)
    async with Client(servers(ROOMFUL_STANDING_MS="300"), bob) as b:
        await in_thread(delete_room)(Actor(alice), general.pk, reason="Enough")
        assert (await b.event("room.lost"))["how"] == "deleted"


async def test_old_state_plus_the_events_of_a_purge_equals_freshly_fetched_state(
    servers: Servers, alice: User, bob: User, general: Room
) -> None:
    root = await in_thread(furnish)(alice, bob, general)
    state = await in_thread(state_of)(general)
    version = general.version
    async with Client(servers(), alice) as a, Client(servers(), bob) as b:
        assert (await a.command("member.purge", room=general.pk, user=bob.pk, reason="Spam"))["count"] == 4
        for client in (a, b):
            purged = await client.event("messages.deleted", timeout=1)
            assert len(purged["messages"]) == 4
            assert [counted["position"] for counted in purged["counted"]] == sorted(
                state["messages"][pk]["position"] for pk in purged["messages"] if pk != root + 1
            )
            await client.event("message.posted")
        await in_thread(trim)(general)
        for client in (a, b):
            assert root not in (await client.event("messages.removed"))["messages"]
            told = [event for event in client.log if event.get("version", 0) > version and event["type"] != "ack"]
            mine = await in_thread(folded)(general, state, told)
            assert mine == await in_thread(state_of)(general)
            assert [event["version"] for event in told] == list(range(version + 1, general.version + 1))
        async with Client(b.server, bob) as late:
            await late.command("room.open", room=general.pk, since=general.version - 1)
            assert await late.event("room.reset")


def furnish(alice: User, bob: User, room: Room) -> int:
    """Post a message with two replies, followed by Bob's message, and return its id."""

    def say(author: User, body: str, **details: Any) -> Message:
        return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details)

    long_ago = timezone.now() - timedelta(days=2)
    old = say(alice, "Old", created_at=long_ago)
    root = say(alice, "Root", created_at=long_ago).pk
    say(bob, "Buy this", thread=root)
    say(alice, "Do not", thread=root)
    for number in range(3):
        spam = say(bob, f"Buy that, @alice: {number}").pk
    pins.pin(alice, room.pk, spam)
    say(alice, "No", quote=spam)
    say(alice, "As was said", quote=old.pk)
    return root


def trim(room: Room) -> None:
    retention.set_retention(SITE, room.pk, 1)
    assert retention.apply(room.pk, timezone.now(), lambda seconds: None) == 1


def folded(room: Room, state: dict[str, Any], told: list[dict[str, Any]]) -> dict[str, Any]:
    mine = {"settings": state["settings"], "members": dict(state["members"]), "messages": dict(state["messages"])}
    mine["messages"] = {pk: dict(card) for pk, card in state["messages"].items()}
    for event in told:
        apply(mine, event)
    return mine


class TestThePage:
    def browser(self, user: User) -> Browser:
        browser = Browser()
        browser.force_login(user)
        return browser

    def test_the_page_deletes_a_room_once_its_name_is_typed(self, alice: User, bob: User, general: Room) -> None:
        page, delete = (reverse(f"chat:room-settings:{name}", args=[general.pk]) for name in ("removal", "delete"))
        hers, his = self.browser(alice), self.browser(bob)
        assert hers.get(page).status_code == 200
        assert (his.get(page).status_code, his.post(delete, {"name": "general"}).status_code) == (403, 403)
        assert hers.post(delete, {"name": "another", "reason": "Enough"}).status_code == 422
        assert Room.objects.existing().filter(pk=general.pk).exists()
        assert hers.post(delete, {"name": "#general", "reason": "Enough"}, follow=True).status_code == 200
        assert hers.get(page).status_code == 404
        assert hers.get(general.get_absolute_url()).status_code == 404

    def test_administrators_decide_how_long_messages_are_kept(self, alice: User, general: Room) -> None:
        administrator = self.browser(User.objects.create_user("root", is_staff=True))
        retain = reverse("chat:room-settings:retain", args=[general.pk])
        assert self.browser(alice).post(retain, {"days": 3}).status_code == 403
        for days, status, kept in (("30", 302, 30), ("0", 422, 30), ("", 302, None)):
            assert administrator.post(retain, {"days": days}).status_code == status
            assert Room.objects.get(pk=general.pk).retention_days == kept
