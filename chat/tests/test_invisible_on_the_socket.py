"""Invisible users, as others see them on the socket."""

import asyncio
import json
from typing import Any

import pytest

from accounts.models import User
from chat import events
from chat.models import Room
from chat.services import rooms
from chat.services.status import set_status
from chat.tests.helpers.status import (
    Servers,
    last_seen,
    looking,
    seen,
    stored_last_seen,
)
from chat.tests.helpers.talk import bodies, fetch, here, in_thread, never_shows, post, shows, sidebar
from chat.tests.helpers.watching import LINGER
from project.testing.in_process import InProcessServer
from project.testing.processes import Server
from project.testing.sockets import Client, session_cookie
from project.testing.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


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
            async with looking(other, bob, general) as later:  # after a linger, and all that would come of it
                await in_thread(rooms.leave)(alice, general.pk)
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
