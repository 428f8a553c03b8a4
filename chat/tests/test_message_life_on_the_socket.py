"""Changes of messages, as the members' tabs receive them."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session

from accounts.models import User
from chat.models import Message, Room
from chat.services.messages import posting
from chat.services.rooms import membership
from chat.tests.helpers.state import apply, state_of
from chat.tests.helpers.talk import in_thread, open_room, post
from testing.in_process import InProcessServer
from testing.processes import Server
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)


def applied(client: Client, state: dict[str, Any]) -> dict[str, Any]:
    """Return a state after the versioned events that the client has received since."""
    for event in client.log:
        if "version" in event and event["type"] != "ack":
            apply(state, event)
    return state


async def live_through_everything(client: Client, room: Room) -> int:
    """Make every kind of change to messages, and return the room's version after it."""
    edited, deleted, root = [await post(client, room, body) for body in ("Helo", "Oops", "What do you think?")]
    await client.command("message.edit", room=room.pk, message=edited["id"], body="Hello")
    await post(client, room, "Indeed", quote=deleted["id"])
    await client.command("message.delete", room=room.pk, message=deleted["id"])
    reply = await post(client, room, "Nothing, @bob", thread=root["id"])
    await client.command("reaction.add", room=room.pk, message=root["id"], emoji="👍")
    await client.command("reaction.add", room=room.pk, message=reply["id"], emoji="🎉")
    await client.command("reaction.remove", room=room.pk, message=root["id"], emoji="👍")
    await client.command("message.pin", room=room.pk, message=edited["id"])
    await client.command("message.pin", room=room.pk, message=root["id"])
    ack = await client.command("message.unpin", room=room.pk, message=edited["id"])
    return int(ack["message"]["version"])


async def test_everything_that_happens_to_messages_arrives_live(
    servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    state = await in_thread(state_of)(general)
    async with Client(servers(), alice) as a, Client(servers(), bob) as b:
        last = await live_through_everything(a, general)
        for client in (a, b):
            await client.event("message.changed", version=last)
            assert applied(client, {**state, "messages": dict(state["messages"])}) == await in_thread(state_of)(general)


@pytest.mark.row(11)
async def test_every_change_of_a_message_made_while_offline_is_replayed(
    server: Server, alice: User, bob: User, general: Room
) -> None:
    async with Client(server, alice) as a:
        for number in range(3):
            await post(a, general, str(number))
        state = await in_thread(state_of)(general)
        version = state["messages"][max(state["messages"])]["version"]
        await live_through_everything(a, general)
        async with Client(server, bob) as b:
            await b.command("room.open", room=general.pk, since=version)
            await b.event("presence.snapshot")
            assert not b.seen("room.reset")
            assert applied(b, state) == await in_thread(state_of)(general)


async def test_an_ack_is_the_message_as_others_see_it(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with Client(site, alice) as a, Client(site, bob) as b:
        message = await post(a, general, "Helo, @bob")
        assert (await b.event("message.posted"))["message"] == message
        changes: list[tuple[str, dict[str, Any]]] = [
            ("message.edit", {"body": "Hello"}),
            ("reaction.add", {"emoji": "👍"}),
            ("message.pin", {}),
            ("message.delete", {}),
        ]
        for command, members in changes:
            ack = await a.command(command, room=general.pk, message=message["id"], **members)
            version = ack["message"]["version"]
            if command == "reaction.add":
                assert (await b.event("message.reacted", version=version))["message"] == message["id"]
            else:
                assert (await b.event("message.changed", version=version))["message"] == ack["message"]


async def test_what_others_are_told_of_a_reaction_or_a_quote_does_not_grow_with_the_message(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with Client(site, alice) as a, Client(site, bob) as b:
        quoted = await post(a, general, "x" * 5_000)
        for _ in range(3):
            await post(a, general, "y" * 5_000, quote=quoted["id"])
        reaction = {"room": general.pk, "message": quoted["id"], "emoji": "👍"}
        await a.command("reaction.add", **reaction)
        await a.command("reaction.remove", **reaction)
        edited = (await a.command("message.edit", room=general.pk, message=quoted["id"], body="z" * 5_000))["message"]
        requoted = await b.event("messages.requoted", version=edited["version"] + 1)
        assert requoted["quote"] == {"id": quoted["id"], "author": quoted["author"], "body": "z" * 300}
        told = [event for event in b.log if event["type"] in ("message.reacted", "messages.requoted")]
        assert [event.get("added") for event in told] == [True, False, None]
        assert all(len(json.dumps(event)) < 1_000 for event in told)


async def test_a_post_that_is_sent_again_after_an_edit_gets_the_message_as_it_is(
    site: InProcessServer, alice: User, general: Room
) -> None:
    async with Client(site, alice) as a:
        client_id = str(uuid4())
        message = await post(a, general, "First", client_id=client_id)
        await a.command("reaction.add", room=general.pk, message=message["id"], emoji="👍")
        edited = await a.command("message.edit", room=general.pk, message=message["id"], body="Second")
        assert await post(a, general, "First", client_id=client_id) == edited["message"]


async def test_counts_agree_over_all_tabs(
    servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    one, other = servers(), servers()
    async with Client(one, alice) as a, Client(one, bob) as desk, Client(other, bob) as phone:
        root = await post(a, general, "@bob")
        await post(a, general, "And another thing")
        await desk.command("room.read", room=general.pk, position=root["position"])
        for tab in (desk, phone):
            moved = await tab.event("read.moved", position=root["position"])
            assert (moved["unread"], moved["mentions"]) == (1, 0)
        await phone.command("room.unread", room=general.pk, position=root["position"])
        for tab in (desk, phone):
            moved = await tab.event("read.moved", position=root["position"] - 1)
            assert (moved["unread"], moved["mentions"]) == (2, 1)
        reply = await post(a, general, "@bob?", thread=root["id"])
        async with Client(other, bob) as later:
            (listed,) = later.hello["rooms"]
            assert (listed["unread"], listed["mentions"], listed["threads"]) == (2, 1, 1)
        await desk.command("thread.read", room=general.pk, message=root["id"], position=reply["position"])
        for tab in (desk, phone):
            moved = await tab.event("thread.moved")
            assert (moved["message"], moved["position"], moved["threads"]) == (root["id"], reply["position"], 0)


async def test_a_conflicting_edit_is_answered_with_the_present_message(
    site: InProcessServer, alice: User, general: Room
) -> None:
    async with Client(site, alice) as a, Client(site, alice) as other:
        said = await post(a, general, "one")
        about = {"room": general.pk, "message": said["id"], "based_on": said["version"]}
        now = (await other.command("message.edit", body="two", **about))["message"]
        with pytest.raises(Refused, match="conflict") as refused:
            await a.command("message.edit", body="three", **about)
        assert refused.value.message == now
        about["based_on"] = now["version"]
        assert (await a.command("message.edit", body="three", **about))["message"]["body"] == "three"


class TestTyping:
    async def test_typing_is_seen_by_others_who_have_the_room_open(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with Client(one, alice) as a, Client(other, bob) as b, Client(other, bob) as elsewhere:
            for client in (a, b):
                await open_room(client, general)
            await a.command("typing.start", room=general.pk)
            started = await b.event("typing.started")
            assert (started["room"], started["thread"], started["user"]["username"]) == (general.pk, None, "alice")
            await a.command("typing.start", room=general.pk, thread=7)
            assert (await b.event("typing.started"))["thread"] == 7
            await a.command("typing.stop", room=general.pk)
            assert await b.event("typing.stopped")
            assert not a.seen("typing.started") + elsewhere.seen("typing.started")

    async def test_typing_takes_no_version(self, site: InProcessServer, alice: User, general: Room) -> None:
        async with Client(site, alice) as a:
            await a.command("typing.start", room=general.pk)
            assert (await Room.objects.aget(pk=general.pk)).version == general.version


class TestHere:
    async def test_at_here_notifies_those_who_are_online(
        self, site: InProcessServer, alice: User, bob: User, general: Room
    ) -> None:
        away = await in_thread(User.objects.create_user)("carol")
        await in_thread(membership.join)(away, general.pk)
        async with Client(site, alice) as a, Client(site, bob) as b:
            await open_room(b, general)
            assert (await post(a, general, "@here"))["told"] == [bob.pk]


class TestSessions:
    @pytest.fixture
    def server(self, servers: Callable[..., Server]) -> Server:
        """Start a server that does not check by itself if sessions have ended."""
        return servers(ROOMFUL_STANDING_MS="3600000")

    async def test_nothing_is_stored_for_a_session_that_has_ended(
        self, server: Server, alice: User, general: Room
    ) -> None:
        message = await in_thread(posting.post_message)(alice, general.pk, body="Hello", client_id=uuid4())
        commands: list[tuple[str, dict[str, Any]]] = [
            ("message.post", {"client_id": str(uuid4()), "body": "Too late"}),
            ("message.edit", {"message": message.pk, "body": "Too late"}),
            ("reaction.add", {"message": message.pk, "emoji": "👍"}),
            ("message.delete", {"message": message.pk}),
            ("room.leave", {}),
        ]
        for command, members in commands:
            async with Client(server, alice) as a:
                await a.command("room.read", room=general.pk, position=message.position)
                await in_thread(Session.objects.all()._raw_delete)("default")  # no signal is sent
                with pytest.raises(Refused, match="signed_out"):
                    await a.command(command, room=general.pk, **members)
                assert await a.closed() == 4001
        assert await in_thread(general.messages.said().get)() == message
        assert (await Room.objects.aget(pk=general.pk)).version == message.version

    async def test_a_changed_password_ends_a_session_at_once(self, server: Server, alice: User, general: Room) -> None:
        async with Client(server, alice) as a:
            await post(a, general, "Hello")
            await User.objects.filter(pk=alice.pk).aupdate(password="another")  # no signal is sent
            with pytest.raises(Refused, match="signed_out"):
                await post(a, general, "Too late")
        assert await in_thread(Message.objects.said().count)() == 1
