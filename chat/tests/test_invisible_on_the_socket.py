"""Invisible users, as others see them on the socket."""

import asyncio
import json
import time
from typing import Any

import pytest

from accounts.models import User
from chat.models import Room
from chat.protocol import events
from chat.services.people.status import set_status
from chat.services.rooms import membership
from chat.tests.helpers.status import (
    Servers,
    last_seen,
    looking,
    seen,
    stored_last_seen,
)
from chat.tests.helpers.talk import (
    bodies,
    fetch,
    here,
    in_thread,
    member,
    never_shows,
    open_room,
    post,
    shows,
    sidebar,
)
from chat.tests.helpers.watching import LINGER, settled, told_of_presence
from testing.in_process import InProcessServer
from testing.processes import Server
from testing.sockets import Client, session_cookie
from testing.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

OWN = ("id", "username", "name", "last_seen", "role")  # fields that differ between any two users


def changes(client: Client, username: str) -> list[dict[str, Any]]:
    """Return the presence changes of a user in a tab, in order, without the user's own fields."""
    told = [person for event in told_of_presence(client) for person in event.get("people", ())]
    return [
        {name: value for name, value in person.items() if name not in OWN}
        for person in told
        if person["username"] == username
    ]


class TestInvisible:
    async def test_turning_invisible_looks_like_leaving(
        self, servers: Servers, alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with looking(one, alice, general) as a, Client(other, alice), looking(other, bob, general) as b:
            await shows(b, lambda: here(b) == {"alice", "bob"})
            await a.command("status.set", mode="invisible")
            await shows(b, lambda: set(sidebar(b)) == {"bob"})
            await b.event("presence.counted", rooms={str(general.pk): 1})
            await shows(b, lambda: seen(b, "alice").get("last_seen"))
            about = {"id", "username", "name", "online", "here", "away", "last_seen", "role"}
            assert seen(b, "alice").keys() == about
            await a.command("status.set")
            await shows(b, lambda: here(b) == {"alice", "bob"})

    async def test_turning_invisible_cannot_be_told_from_losing_the_last_socket(
        self, servers: Servers, alice: User, bob: User, general: Room
    ) -> None:
        linger = 3
        carol = await in_thread(member)(general, "carol")
        for user in (alice, carol):
            await in_thread(set_status)(user, mode="dnd", text="Busy")
        quiet = await in_thread(membership.create_room)(alice, "quiet")
        one, other = (servers(PRESENCE_LINGER_MS=str(linger * 1000)) for _ in range(2))
        cookie = await in_thread(session_cookie)(bob)

        async def cards() -> list[dict[str, Any]]:
            about = [json.loads(await asyncio.to_thread(fetch, other, f"/people/{user.pk}/", cookie)) for user in both]
            return [{name: value for name, value in card.items() if name not in OWN} for card in about]

        both = (alice, carol)
        async with (
            looking(one, alice, general) as a,
            Client(other, alice) as elsewhere,
            looking(other, bob, general) as b,
        ):
            async with looking(one, carol, general):
                await shows(b, lambda: here(b) == {"alice", "bob", "carol"})
                await settled(b)
                seen_before = told_of_presence(b)
            for mode in ("invisible", "dnd"):  # hide, and show again
                await a.command("status.set", mode=mode, text="Busy")
            began = time.monotonic()
            await a.command("status.set", mode="invisible", text="Busy")
            for command in ("presence.touch", "room.close"):
                await a.command(command)
            await a.command("typing.start", room=general.pk)
            await open_room(elsewhere, quiet)
            assert set((await post(b, general, "@here"))["told"]) == {alice.pk, carol.pk}
            [hers, lost] = await cards()
            assert hers == lost
            assert hers["dnd"]
            assert hers["online"]
            assert told_of_presence(b) == seen_before

            await shows(b, lambda: here(b) == {"bob"})
            assert time.monotonic() - began >= linger
            for name in ("alice", "carol"):
                await shows(b, lambda name=name: seen(b, name).get("last_seen"))  # type: ignore[misc]
            assert changes(b, "alice")[-2:] == changes(b, "carol")[-2:]
            [hers, lost] = await cards()
            assert hers == lost
            assert not b.seen("typing.started")

    async def test_an_invisible_user_who_writes_within_the_linger_stays_for_a_whole_one(
        self, servers: Servers, alice: User, bob: User, general: Room
    ) -> None:
        linger = 2
        server = servers(PRESENCE_LINGER_MS=str(linger * 1000))
        async with looking(server, alice, general) as a, looking(server, bob, general) as b:
            await shows(b, lambda: here(b) == {"alice", "bob"})
            await a.command("status.set", mode="invisible")
            await asyncio.sleep(linger / 2)
            message = await post(a, general, "Before I am gone")
            wrote = time.monotonic()
            await shows(b, lambda: here(b) == {"bob"})
            assert time.monotonic() - wrote >= linger

            await a.command("reaction.add", room=general.pk, message=message["id"], emoji="👍")
            await b.event("message.reacted")
            assert here(b) == {"bob"}

    async def test_a_user_who_changes_their_mind_at_once_was_never_gone(
        self, servers: Servers, alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with looking(one, alice, general) as a, looking(other, bob, general) as b:
            await shows(b, lambda: here(b) == {"alice", "bob"})
            await settled(b)
            before = told_of_presence(b)
            await a.command("status.set", mode="invisible")
            await a.command("status.set")
            await asyncio.sleep(LINGER + 1)
            await settled(b)
            assert told_of_presence(b) == before

    async def test_a_user_who_is_invisible_from_the_start_is_never_seen(
        self, servers: Servers, alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with looking(one, alice, general):
            pass
        before = await in_thread(eventually)(lambda: stored_last_seen(alice))
        await in_thread(set_status)(alice, mode="invisible")
        async with looking(other, bob, general) as b:
            b.log.clear()
            async with looking(one, alice, general) as a:
                await a.command("presence.touch")
                await post(a, general, "Nobody sees me")
                await b.event("message.posted")
            async with looking(other, bob, general) as later:  # after a linger, and all its consequences
                await in_thread(membership.leave)(alice, general.pk)
                await b.event("member.left")
                assert set(sidebar(later)) == {"bob"}
            assert not seen(b, "alice")
        assert await last_seen(alice) == before

    async def test_an_invisible_user_keeps_the_earlier_time_last_seen(
        self, site: InProcessServer, alice: User, bob: User, general: Room
    ) -> None:
        async with looking(site, bob, general) as b:
            async with Client(site, alice) as a:
                await shows(b, lambda: "alice" in sidebar(b))
                await a.command("status.set", mode="invisible")
                await shows(b, lambda: seen(b, "alice").get("last_seen"))
                before = await last_seen(alice)
            b.log.clear()
            await never_shows(b, lambda: seen(b, "alice"), seconds=LINGER + 1.5)
            assert await last_seen(alice) == before

    async def test_an_invisible_user_types_unseen(
        self, servers: Servers, alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with (
            looking(one, alice, general) as a,
            looking(one, bob, general) as b,
            looking(other, bob, general) as e,
        ):
            await a.command("typing.start", room=general.pk)
            for tab in (b, e):
                assert (await tab.event("typing.started"))["user"]["username"] == "alice"
            await a.command("typing.stop", room=general.pk)
            for tab in (b, e):
                await tab.event("typing.stopped")
            await a.command("status.set", mode="invisible")
            await a.command("typing.start", room=general.pk)
            await a.command("typing.stop", room=general.pk)
            await post(a, general, "As any message")
            for tab in (b, e):
                assert (await tab.event("message.posted"))["message"]["body"] == "As any message"
                assert len(tab.seen("typing.started")) == len(tab.seen("typing.stopped")) == 1

    async def test_an_invisible_user_is_not_notified_by_at_here(
        self, site: InProcessServer, alice: User, bob: User, general: Room
    ) -> None:
        async with looking(site, alice, general) as a, looking(site, bob, general) as b:
            await shows(b, lambda: here(b) == {"alice", "bob"})
            assert (await post(b, general, "@here"))["told"] == [alice.pk]
            await a.command("status.set", mode="invisible")
            await shows(b, lambda: here(b) == {"bob"})
            assert "told" not in await post(b, general, "@here")
            await shows(a, lambda: bodies(a) == ["@here", "@here"])

    async def test_an_invisible_user_is_not_counted_in_lists_of_rooms(
        self, site: InProcessServer, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        async with looking(site, alice, general) as a, Client(site, mallory) as m:
            await m.command("directory.watch")
            await m.event("directory.counted", rooms={str(general.pk): 1})
            await a.command("status.set", mode="invisible")
            await m.event("directory.counted", rooms={str(general.pk): 0})
            async with Client(site, bob) as b:
                assert b.hello["rooms"][0]["here"] == 0


class TestAPersonsCard:
    async def test_the_card_of_an_invisible_user_looks_like_that_of_a_user_who_left(
        self, server: Server, alice: User, bob: User, general: Room
    ) -> None:
        cookie = await in_thread(session_cookie)(bob)

        async def card() -> dict[str, Any]:
            return dict(json.loads(await asyncio.to_thread(fetch, server, f"/people/{alice.pk}/", cookie)))

        async with looking(server, bob, general) as b, looking(server, alice, general) as a:
            await shows(b, lambda: "alice" in here(b))
            assert ((await card())["online"], (await card()).get("last_seen")) == (True, None)
            await a.command("status.set", mode="dnd")
            assert (await card())["dnd"]
            await a.command("status.set", mode="invisible")
            await shows(b, lambda: seen(b, "alice").get("last_seen"))
            left = {"online": False, "away": False, "last_seen": seen(b, "alice")["last_seen"]}
            more = {"time_zone": None, "rooms": ["general"]}
            assert await card() == {**events.user_card(alice), **left, **more}
