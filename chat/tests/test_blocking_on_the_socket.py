"""Blocks on the socket: they reach all tabs of the blocker, on all servers, and no other user."""

from collections.abc import Callable

import pytest

from accounts.models import User
from chat.hub import get_hub
from chat.models import Block, Room
from chat.services.people import blocks
from chat.services.rooms import directs
from chat.tests.helpers.talk import in_thread, post
from testing.in_process import InProcessServer
from testing.processes import Server
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_block_reaches_all_tabs_of_the_blocker_and_tells_the_blocked_person_nothing(
    servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    one, other = servers(), servers()
    async with Client(one, alice) as tab, Client(other, alice) as elsewhere, Client(other, bob) as b:
        await post(b, general, "@alice")
        for client in (tab, elsewhere):
            assert "blocked" not in client.hello
            await client.event("message.posted")
        before = len(b.log)
        await tab.command("person.block", user=bob.pk)
        counts = {"room": general.pk, "unread": 0, "mentions": 0, "threads": 0}
        for client in (tab, elsewhere):
            assert await client.event("blocks.changed", blocked=[bob.pk], rooms=[counts])
        async with Client(one, alice) as late:
            assert late.hello["blocked"] == [bob.pk]
            assert late.hello["rooms"][0]["mentions"] == 0
        await elsewhere.command("person.unblock", user=bob.pk)
        for client in (tab, elsewhere):
            assert await client.event("blocks.changed", blocked=[], rooms=[counts | {"unread": 1, "mentions": 1}])
        await post(b, general, "A round trip later")
        await b.event("message.posted", version=general.version + 2)
        assert {event["type"] for event in b.log[before:]} <= {"ack", "message.posted", "presence.counted"}


async def test_to_a_blocked_person_a_direct_message_is_refused_and_the_conversation_stays_readable(
    site: InProcessServer, alice: User, bob: User
) -> None:
    talk = await in_thread(directs.open_direct)(alice, [bob.pk])
    async with Client(site, bob) as b:
        await post(b, talk, "Hello")
        await in_thread(blocks.block)(alice, bob.pk)
        with pytest.raises(Refused) as refused:
            await post(b, talk, "Hello?")
        assert (refused.value.code, refused.value.detail) == (
            "forbidden",
            "This person doesn’t accept messages from you.",
        )
        assert (await b.command("direct.open", people=[alice.pk]))["room"]["id"] == talk.pk
        assert (await b.command("room.open", room=talk.pk))["version"] == 3


async def test_a_tab_learns_of_a_block_whose_word_was_lost(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with Client(site, alice) as tab:
        await in_thread(Block.objects.create)(blocker=alice, blocked=bob)
        await get_hub().blocks.check([alice.pk])
        assert await tab.event("blocks.changed", blocked=[bob.pk])
        await get_hub().blocks.check([alice.pk])
        await tab.command("presence.touch")
        assert len(tab.seen("blocks.changed")) == 1
