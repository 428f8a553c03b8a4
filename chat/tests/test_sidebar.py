"""Presence in the sidebar and in the lists of rooms."""

import itertools
from collections.abc import Callable

import pytest

from accounts.models import User
from chat.models import Room
from chat.services.rooms import membership
from chat.tests.helpers.talk import bodies, here, in_thread, never_shows, open_room, post, shows, sidebar
from chat.tests.helpers.watching import LINGER
from testing.in_process import InProcessServer
from testing.processes import Server, Valkey
from testing.sockets import Client

pytestmark = pytest.mark.django_db(transaction=True)


class TestPresence:
    async def test_people_see_each_other_come_and_go(
        self, site: InProcessServer, alice: User, bob: User, general: Room
    ) -> None:
        async with Client(site, alice) as a:
            await open_room(a, general)
            await shows(a, lambda: here(a) == {"alice"})
            async with Client(site, bob) as b:
                await shows(a, lambda: "bob" in sidebar(a))
                assert not sidebar(a)["bob"]["here"]
                await open_room(b, general)
                await shows(a, lambda: here(a) == {"alice", "bob"})
                await shows(b, lambda: here(b) == {"alice", "bob"})
            await shows(a, lambda: set(sidebar(a)) == {"alice"})

    async def test_closing_the_room_leaves_it_and_stays_online(
        self, site: InProcessServer, alice: User, bob: User, general: Room
    ) -> None:
        async with Client(site, alice) as a, Client(site, bob) as b:
            await open_room(a, general)
            await open_room(b, general)
            await shows(a, lambda: here(a) == {"alice", "bob"})
            await b.command("room.close")
            await shows(a, lambda: here(a) == {"alice"})
            assert sidebar(a)["bob"]["online"]

    async def test_the_end_of_a_second_tab_takes_nobody_away(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with Client(one, alice) as a, Client(one, bob) as b:
            await open_room(a, general)
            await open_room(b, general)
            await shows(a, lambda: here(a) == {"alice", "bob"})
            async with Client(other, bob) as second:
                await open_room(second, general)
                await shows(second, lambda: here(second) == {"alice", "bob"})
            async with Client(other, alice) as later:  # long enough for a linger to end
                await never_shows(a, lambda: here(a) != {"alice", "bob"}, seconds=LINGER + 1.5)
                await open_room(later, general)
                await shows(later, lambda: here(later) == {"alice", "bob"})

    async def test_a_server_that_is_stopped_for_good_leaves_nobody_behind(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with Client(one, alice) as a, Client(other, bob) as b:
            await open_room(a, general)
            await open_room(b, general)
            await shows(a, lambda: here(a) == {"alice", "bob"})
            await in_thread(other.stop)()
            await shows(a, lambda: set(sidebar(a)) == {"alice"}, within=10)

    @pytest.mark.row(32)
    async def test_nobody_learns_who_is_in_a_private_room(
        self, server: Server, bob: User, mallory: User, general: Room, secret: Room
    ) -> None:
        await in_thread(membership.join)(mallory, general.pk)
        async with Client(server, mallory) as m, Client(server, bob) as b:
            counts = (await m.command("directory.watch"))["rooms"]
            assert counts == {str(general.pk): 0}
            await open_room(m, general)
            await open_room(b, secret)
            await shows(b, lambda: here(b) == {"bob"})
            await shows(m, lambda: "bob" in sidebar(m))
            await m.event("directory.counted", rooms={str(general.pk): 1})
            await open_room(b, general)
            await shows(m, lambda: here(m) == {"bob", "mallory"})
            named = [room for event in m.log for room in event.get("rooms") or ()]  # rooms, or ids with counts
            assert {str(room["id"]) if isinstance(room, dict) else room for room in named} == {str(general.pk)}
            # He shows up in the snapshot, in a change, or in both: another user may open the room before or after him.
            told = [
                person for event in m.log if event["type"].startswith("presence.") for person in event.get("people", ())
            ]
            his = [person["here"] for person in told if person["username"] == "bob"]
            assert [here for here, _ in itertools.groupby(his)] == [False, True]

    async def test_the_lists_of_rooms_count_who_is_here(
        self, site: InProcessServer, alice: User, bob: User, general: Room
    ) -> None:
        async with Client(site, alice) as a, Client(site, bob) as b:
            await b.command("room.open", room=general.pk)
            await a.event("presence.counted", rooms={str(general.pk): 1})


class TestWithoutRedis:
    async def test_messages_are_stored_and_acknowledged_and_others_get_them_by_the_check(
        self, servers: Callable[..., Server], valkey: Valkey, alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with Client(one, alice) as a, Client(one, bob) as b, Client(other, bob) as elsewhere:
            await post(a, general, "Before")
            await elsewhere.event("message.posted")
            valkey.stop()
            try:
                await post(a, general, "While it is away")
                for client in (b, elsewhere):
                    assert (await client.event("message.posted", version=general.version + 2, timeout=5))["message"]
            finally:
                valkey.start()
            await post(a, general, "After")
            for client in (b, elsewhere):
                await client.event("message.posted", version=general.version + 3, timeout=10)
                assert bodies(client) == ["Before", "While it is away", "After"]

    async def test_the_sidebar_says_that_it_does_not_know_and_is_right_again_soon(
        self, server: Server, valkey: Valkey, alice: User, bob: User, general: Room
    ) -> None:
        async with Client(server, alice) as a, Client(server, bob) as b:
            await open_room(a, general)
            await open_room(b, general)
            await shows(a, lambda: here(a) == {"alice", "bob"})
            valkey.stop()
            try:
                unknown = await a.event("presence.snapshot", known=False)
                assert unknown["people"] == []
            finally:
                valkey.start()
            known = await a.event("presence.snapshot", known=True, timeout=15)
            assert {person["username"] for person in known["people"] if person["here"]} == {"alice", "bob"}

    async def test_a_user_who_connects_while_redis_is_away_can_talk(
        self, server: Server, valkey: Valkey, alice: User, general: Room
    ) -> None:
        async with Client(server, alice):
            pass
        valkey.stop()
        try:
            async with Client(server, alice) as a:
                assert [room["here"] for room in a.hello["rooms"]] == [None]
                await a.command("room.open", room=general.pk)
                assert not (await a.event("presence.snapshot"))["known"]
                assert await post(a, general, "Anybody?")
        finally:
            valkey.start()
