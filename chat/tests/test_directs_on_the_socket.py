"""Direct conversations on the socket, and the same list of rooms in all tabs."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as HttpClient

from accounts.models import User
from chat.models import Membership, Room
from chat.services.messages import posting
from chat.services.rooms import directs, list_preferences, membership
from chat.tests.helpers.talk import bodies, here, in_thread, open_room, post, shows
from testing.in_process import InProcessServer
from testing.processes import Server
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)


async def test_two_users_who_open_a_conversation_at_the_same_moment_over_two_servers_share_one(
    servers: Callable[..., Server], alice: User, bob: User
) -> None:
    async with Client(servers(), alice) as a, Client(servers(), bob) as b:
        opened = await asyncio.gather(
            a.command("direct.open", people=[bob.pk]), b.command("direct.open", people=[alice.pk])
        )
        room = await Room.objects.aget()
        assert [ack["room"]["id"] for ack in opened] == [room.pk, room.pk]
        assert [[user["name"] for user in ack["room"]["people"]] for ack in opened] == [["Bob"], ["Alice"]]
        for client in (a, b):
            await client.event("room.gained")
        await post(a, room, "Hello")
        await post(b, room, "Hello, Alice")
        for client in (a, b):
            await client.event("message.posted", version=room.version + 2)
            assert bodies(client) == ["Hello", "Hello, Alice"]


async def test_all_tabs_agree_on_how_a_room_is_kept(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with Client(site, alice) as tab, Client(site, alice) as other, Client(site, bob) as b:
        await tab.command("room.keep", room=general.pk, quiet=True)
        kept = {"room": general.pk, "quiet": True}
        assert await other.event("room.kept") == await tab.event("room.kept") == {"type": "room.kept", **kept}
        await other.command("room.keep", room=general.pk, favourite=True)
        await other.command("rooms.order", rooms=[general.pk])
        await other.command("room.keep", room=general.pk, quiet=False)
        await tab.event("room.kept", favourite=True, quiet=True, place=1)
        await shows(tab, lambda: "quiet" not in tab.seen("room.kept")[-1])
        told = tab.seen("room.kept")[-1]
        async with Client(site, alice) as reconnected:
            assert own(reconnected.hello["rooms"][0]) == own(told) == {"favourite": True, "place": 1}
        await post(b, general, "A round trip later")
        await b.event("message.posted")
        assert b.seen("room.kept") == []


def own(room: dict[str, Any]) -> dict[str, Any]:
    """Return the user's own settings for a room."""
    return {name: room[name] for name in ("quiet", "favourite", "put_away", "place") if name in room}


@pytest.mark.row(32)
async def test_presence_of_direct_conversations_never_reaches_an_outsider(
    server: Server, alice: User, bob: User, mallory: User
) -> None:
    theirs = await in_thread(membership.create_room)(mallory, "theirs")
    talk = await in_thread(directs.open_direct)(alice, [bob.pk])
    async with Client(server, mallory) as m, Client(server, alice) as a:
        counts = (await m.command("directory.watch"))["rooms"]
        await open_room(m, theirs)
        await open_room(a, talk)
        async with Client(server, bob) as b:
            await open_room(b, talk)
            await shows(a, lambda: here(a) == {"alice", "bob"})
            await shows(b, lambda: here(b) == {"alice", "bob"})
            for command in ("room.open", "roster.page", "typing.start", "room.join"):
                with pytest.raises(Refused) as refused:
                    await m.command(command, room=talk.pk)
                assert (refused.value.code, refused.value.detail) == ("not_found", "Room not found.")
            await a.event("presence.counted", rooms={str(talk.pk): 2})
        await shows(a, lambda: here(a) == {"alice"})
        await post(m, theirs, "Is anybody there?")
        await m.event("message.posted")
        await m.event("directory.counted", rooms={str(theirs.pk): 1})
        told = [event for event in m.log if event["type"] != "ack"]
        counted = [event["rooms"] for event in told if event["type"] in ("presence.counted", "directory.counted")]
        assert {room_id for rooms in [counts, *counted] for room_id in rooms} == {str(theirs.pk)}
        for word in ("alice", "bob", "Alice", "Bob"):
            assert word not in json.dumps(told)


class TestConversationsThatWerePutAway:
    """Conversations without news are in no list, cost a tab nothing, and come back with a new message."""

    @pytest.fixture
    def talk(self, alice: User, bob: User) -> Room:
        """Create a conversation with a message, which Bob put away."""
        talk = directs.open_direct(alice, [bob.pk])
        posting.post_message(alice, talk.pk, body="Before", client_id=uuid4())
        list_preferences.keep_room(bob, talk.pk, put_away=True)
        return talk

    async def test_a_conversation_that_somebody_else_begins_is_told_when_something_is_said(
        self, site: InProcessServer, alice: User, bob: User
    ) -> None:
        async with Client(site, alice) as a, Client(site, bob) as b:
            await a.command("direct.open", people=[bob.pk])
            talk = await Room.objects.aget()
            await b.command("presence.touch")
            assert b.seen("room.gained") == []
            async with Client(site, bob) as reconnected:
                assert reconnected.hello["rooms"] == []
            await post(a, talk, "Hello")
            gained = (await b.event("room.gained"))["room"]
            assert (gained["id"], gained["unread"], gained["put_away"]) == (talk.pk, 1, True)
            await post(a, talk, "Are you there?")
            assert (await b.event("message.posted"))["message"]["body"] == "Are you there?"

    async def test_a_conversation_is_in_the_next_greeting_once_something_was_said(
        self, site: InProcessServer, alice: User, bob: User, talk: Room
    ) -> None:
        async with Client(site, bob) as b:
            assert b.hello["rooms"] == []
        async with Client(site, alice) as a:
            assert [room["id"] for room in a.hello["rooms"]] == [talk.pk]
            await post(a, talk, "After")
        async with Client(site, bob) as b:
            assert [(room["id"], room["unread"]) for room in b.hello["rooms"]] == [(talk.pk, 1)]

    async def test_a_conversation_that_is_opened_again_is_in_all_tabs(
        self, site: InProcessServer, alice: User, bob: User, talk: Room
    ) -> None:
        async with Client(site, bob) as tab, Client(site, bob) as other, Client(site, alice) as a:
            opened = (await tab.command("direct.open", people=[alice.pk]))["room"]
            assert (opened["id"], "put_away" in opened) == (talk.pk, False)
            assert (await other.event("room.gained"))["room"]["id"] == talk.pk
            await post(a, talk, "Welcome back")
            for client in (tab, other):
                assert (await client.event("message.posted"))["message"]["body"] == "Welcome back"

    async def test_a_conversation_that_is_asleep_is_shown_and_written_in_like_any_other(
        self, site: InProcessServer, alice: User, bob: User, talk: Room
    ) -> None:
        async with Client(site, bob) as b, Client(site, alice) as a:
            assert (await b.command("room.open", room=talk.pk))["room"]["put_away"]
            await post(b, talk, "Still here")
            for client in (a, b):
                assert (await client.event("message.posted"))["message"]["body"] == "Still here"

    async def test_a_conversation_with_an_unread_thread_stays_in_the_list(
        self, site: InProcessServer, alice: User, bob: User, talk: Room
    ) -> None:
        async with Client(site, bob) as b, Client(site, alice) as a:
            root = await post(b, talk, "My thread")
            await b.command("room.keep", room=talk.pk, put_away=True)
            await post(a, talk, "A reply", thread=root["id"])
            await b.command("room.keep", room=talk.pk, put_away=True)
        async with Client(site, bob) as b, Client(site, alice) as a:
            assert [(room["id"], room["threads"]) for room in b.hello["rooms"]] == [(talk.pk, 1)]
            await b.event("room.gained")
            await post(a, talk, "Another", thread=root["id"])
            assert (await b.event("message.posted"))["message"]["body"] == "Another"

    async def test_a_tab_that_was_not_told_is_told_later(
        self, site: InProcessServer, alice: User, bob: User, talk: Room, settings: Any
    ) -> None:
        settings.CHAT = {**settings.CHAT, "STANDING_MS": 100}
        async with Client(site, bob) as b:
            await Membership.objects.filter(room=talk, user=bob).aupdate(last_read=0)  # as if the event had been lost
            assert (await b.event("room.gained"))["room"]["unread"] == 1

    def test_the_pages_list_it_when_something_is_said_and_where_it_is_shown(
        self, alice: User, bob: User, talk: Room, client: HttpClient
    ) -> None:
        client.force_login(bob)
        assert client.get("/").context["rooms"] == []
        state = client.get(talk.get_absolute_url()).context["state"]
        assert (state["room"]["id"], [room["id"] for room in state["rooms"]]) == (talk.pk, [talk.pk])
        posting.post_message(alice, talk.pk, body="After", client_id=uuid4())
        assert [room["id"] for room in client.get("/").context["rooms"]] == [talk.pk]
