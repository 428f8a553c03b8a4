"""Opening rooms, joining and leaving them."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from chat.models import Room
from chat.services.messages import posting
from chat.services.rooms import membership
from chat.tests.helpers.talk import (
    bodies,
    check_that_each_opening_went_on_from_what_was_asked,
    in_thread,
    post,
    talk_until,
)
from testing.in_process import InProcessServer
from testing.processes import UNLIMITED, Server
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)


class TestOpeningARoom:
    async def test_opening_a_room_replays_missed_messages_in_order(
        self, site: InProcessServer, alice: User, bob: User, general: Room
    ) -> None:
        for number in range(3):
            await in_thread(posting.post_message)(alice, general.pk, body=str(number), client_id=uuid4())
        async with Client(site, bob) as client:
            ack = await client.command("room.open", room=general.pk, since=general.version)
            await client.event("presence.snapshot")
            assert bodies(client) == ["0", "1", "2"]
            assert ack["version"] == general.version + 3

    async def test_opening_a_room_tells_moderators_who_ranks_above_members(
        self, site: InProcessServer, alice: User, bob: User, mallory: User, admin_user: User, general: Room
    ) -> None:
        ranks = {str(alice.pk): "owner", str(admin_user.pk): "administrator"}
        await in_thread(membership.join)(mallory, general.pk)
        await in_thread(membership.join)(admin_user, general.pk)
        async with Client(site, alice) as a, Client(site, mallory) as m, Client(site, admin_user) as boss:
            assert "ranks" not in await m.command("room.open", room=general.pk)
            assert (await a.command("room.open", room=general.pk))["ranks"] == ranks
            assert (await boss.command("room.open", room=general.pk))["ranks"] == ranks
            await a.command("member.role", room=general.pk, user=mallory.pk, role="moderator")
            assert (await m.command("room.open", room=general.pk))["ranks"] == ranks | {str(mallory.pk): "moderator"}

    async def test_opening_a_room_after_missing_too_much_is_a_reset(
        self, site: InProcessServer, settings: Any, alice: User, bob: User, general: Room
    ) -> None:
        settings.CHAT = {**settings.CHAT, "RESUME_LIMIT": 3}
        for number in range(5):
            await in_thread(posting.post_message)(alice, general.pk, body=str(number), client_id=uuid4())
        async with Client(site, bob) as client:
            await client.command("room.open", room=general.pk, since=general.version)
            reset = await client.event("room.reset")
            assert [message["body"] for message in reset["page"]["messages"]][-5:] == ["0", "1", "2", "3", "4"]

    async def test_opening_a_room_while_others_talk_leaves_no_gap_and_repeats_nothing(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        async with Client(servers(), alice) as a, Client(servers(), bob) as b:

            async def talk() -> None:
                for number in range(60):
                    await post(a, general, str(number))

            talking = asyncio.create_task(talk())
            asked: dict[int, int] = {}
            while not talking.done():
                since = max([event["version"] for event in b.seen("message.posted")], default=general.version)
                asked[(await b.command("room.open", room=general.pk, since=since))["id"]] = since
            await talking
            await b.event("message.posted", version=general.version + 60)
            assert len(asked) > 3
            check_that_each_opening_went_on_from_what_was_asked(b.log, asked)


class TestMembership:
    async def test_joining_by_name_makes_the_room_if_it_is_to_and_brings_its_events(
        self, site: InProcessServer, alice: User, bob: User
    ) -> None:
        async with Client(site, alice) as a, Client(site, bob) as b:
            for members in ({}, {"create": False}):
                with pytest.raises(Refused, match="not_found"):
                    await a.command("room.join", name="#Field Season", **members)
            assert not await Room.objects.aexists()
            made = (await a.command("room.join", name="#Field Season", create=True))["room"]
            assert (made["name"], made["role"]) == ("Field Season", "owner")
            joined = (await b.command("room.join", name="field season"))["room"]
            assert joined["id"] == made["id"]
            assert (await a.event("member.joined"))["user"]["username"] == "bob"
            room = await in_thread(Room.objects.get)(pk=made["id"])
            await b.event("room.gained")
            await post(a, room, "Welcome")
            assert (await b.event("message.posted"))["message"]["body"] == "Welcome"

    async def test_opening_a_room_right_after_joining_it_leaves_no_gap(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        await in_thread(membership.leave)(bob, general.pk)
        async with Client(servers(**UNLIMITED), alice) as a, Client(servers(), bob) as b:
            talking = asyncio.create_task(talk_until(enough := asyncio.Event(), a, general))
            asked: dict[int, int] = {}
            for _ in range(20):
                joined = (await b.command("room.join", room=general.pk))["room"]
                opened = await b.command("room.open", room=general.pk, since=joined["version"])
                asked[opened["id"]] = joined["version"]
                await b.event("message.posted", version=opened["version"] + 2)
                await b.command("room.leave", room=general.pk)
                await b.event("room.lost")
            enough.set()
            await talking
            check_that_each_opening_went_on_from_what_was_asked(b.log, asked)

    async def test_a_member_who_left_gets_no_more_events_over_any_server(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with Client(one, alice) as a, Client(one, bob) as b, Client(other, bob) as elsewhere:
            await post(a, general, "Before")
            for client in (b, elsewhere):
                await client.event("message.posted")
                await client.command("room.open", room=general.pk)
            await b.command("room.leave", room=general.pk)
            for client in (b, elsewhere):
                await client.event("room.lost")
            await post(a, general, "After")
            await a.event("message.posted", version=general.version + 3)
            for client in (b, elsewhere):
                await client.command("room.join", name=f"another {id(client)}", create=True)  # round trip later
                assert bodies(client) == ["Before"]
                with pytest.raises(Refused, match="not_found"):
                    await post(client, general, "Me too")
            assert (await a.event("member.left"))["user"]["username"] == "bob"

    async def test_reading_in_one_tab_is_known_in_the_other(
        self, site: InProcessServer, alice: User, bob: User, general: Room
    ) -> None:
        async with Client(site, alice) as a, Client(site, bob) as tab, Client(site, bob) as other_tab:
            posted = await post(a, general, "Hello")
            await tab.command("room.read", room=general.pk, position=posted["position"])
            moved = await other_tab.event("read.moved")
            assert (moved["room"], moved["position"], moved["unread"]) == (general.pk, posted["position"], 0)
