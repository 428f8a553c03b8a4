"""Statuses on the socket: setting them, lost events, the time zone, and outsiders."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from chat.models import Message, Room
from chat.protocol import events
from chat.services.people.status import set_status
from chat.services.rooms import membership
from chat.tests.helpers.status import (
    BUSY,
    NOTHING,
    Servers,
    agree,
    looking,
    seen,
    statuses,
    write_without_a_word,
)
from chat.tests.helpers.talk import here, in_thread, open_room, post, shows, sidebar
from testing.in_process import InProcessServer
from testing.processes import Proxy, Server, Valkey
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def redis_lost(valkey: Valkey, tmp_path: Path) -> Iterator[Proxy]:
    """Run a proxy between one server and Redis, for a test to cut."""
    proxy = Proxy(tmp_path / "proxy.log", str(valkey.socket)).start()
    yield proxy
    proxy.stop()


class TestSetting:
    async def test_a_users_own_status_is_told_to_all_their_tabs_and_to_nobody_else(
        self, servers: Servers, alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with Client(one, alice) as a, Client(other, alice) as elsewhere, Client(one, bob) as b:
            assert a.hello["status"] == NOTHING
            ack = await a.command("status.set", **BUSY)
            assert ack["status"] == BUSY
            for tab in (a, elsewhere):
                assert (await tab.event("status.changed"))["status"] == BUSY
            await b.command("status.set", mode="away")
            assert (await b.event("status.changed"))["status"]["mode"] == "away"
            assert statuses(a) == [BUSY]
            async with Client(other, alice) as later:
                assert later.hello["status"] == BUSY

    async def test_a_status_is_seen_by_those_who_have_the_room_open(
        self, servers: Servers, alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with looking(one, alice, general) as a, looking(other, bob, general) as b:
            await shows(b, lambda: here(b) == {"alice", "bob"})
            await a.command("status.set", **BUSY)
            await shows(b, lambda: sidebar(b)["alice"].get("dnd"))
            assert sidebar(b)["alice"]["status"] == {"text": "In a meeting", "emoji": "🌴", "until": None}
            await a.command("status.set", mode="away")
            await shows(b, lambda: sidebar(b)["alice"]["away"])
            assert not {"dnd", "status"} & sidebar(b)["alice"].keys()

    async def test_status_events_leave_the_same_state_as_a_fresh_read(
        self, servers: Servers, alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with looking(one, alice, general) as a, looking(other, bob, general) as b:
            await shows(b, lambda: here(b) == {"alice", "bob"})
            for change in (BUSY, {"text": "Lunch"}, {"mode": "invisible"}, {"mode": "away"}, {"mode": "dnd"}, {}, BUSY):
                await a.command("status.set", **change)
                now = (await a.event("status.changed"))["status"]
                async with Client(other, alice) as anew:
                    assert anew.hello["status"] == now
                async with looking(one, bob, general) as anew:
                    await agree(anew, b, "alice")

    async def test_an_invalid_status_is_refused(self, site: InProcessServer, alice: User) -> None:
        async with Client(site, alice) as a:
            assert await a.command("status.set", text="x" * 100)
            wrong: dict[str, dict[str, Any]] = {
                "invalid": {"text": "x" * 101},
                "bad_frame": {"mode": "asleep"},
            }
            for code, members in wrong.items():
                with pytest.raises(Refused) as refused:
                    await a.command("status.set", **members)
                assert refused.value.code == code
            for until in ("2001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"):
                with pytest.raises(Refused, match="invalid"):
                    await a.command("status.set", text="Busy", until=until)
            with pytest.raises(Refused, match="bad_frame"):
                await a.command("status.set", text="Busy", until="2101-01-01T00:00:00")  # time without a zone

    async def test_a_status_ends_by_itself(self, servers: Servers, alice: User, bob: User, general: Room) -> None:
        one, other = servers(), servers()
        async with looking(one, alice, general) as a, looking(other, bob, general) as b:
            await shows(b, lambda: here(b) == {"alice", "bob"})
            until = events.moment(timezone.now() + timedelta(seconds=2))
            await a.command("status.set", **{**BUSY, "until": until})
            await shows(b, lambda: sidebar(b)["alice"].get("dnd"))
            assert sidebar(b)["alice"]["status"]["until"] == until
            await shows(b, lambda: not {"dnd", "status"} & sidebar(b)["alice"].keys(), within=10)
            await shows(a, lambda: statuses(a)[-1] == NOTHING)

    async def test_the_status_of_a_member_who_joins_is_seen(
        self, site: InProcessServer, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        await in_thread(set_status)(mallory, text="New here")
        async with looking(site, alice, general) as a, Client(site, mallory) as m:
            await m.command("room.join", room=general.pk)
            await shows(a, lambda: sidebar(a).get("mallory", {}).get("status"))


class TestLostWord:
    async def test_a_status_that_changed_without_an_event_is_found(
        self, servers: Servers, alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with looking(one, alice, general) as a, looking(other, bob, general) as b:
            await shows(b, lambda: here(b) == {"alice", "bob"})
            await write_without_a_word(alice, text="Lunch")
            assert (await a.event("status.changed"))["status"] == {**NOTHING, "text": "Lunch"}
            await shows(b, lambda: sidebar(b)["alice"].get("status"))
            await write_without_a_word(alice, mode="invisible")
            await shows(b, lambda: "alice" not in sidebar(b))

    async def test_a_user_who_turns_invisible_while_redis_is_away_stays_hidden(
        self, server: Server, valkey: Valkey, alice: User, bob: User, general: Room
    ) -> None:
        async with looking(server, alice, general) as a, looking(server, bob, general) as b:
            await shows(b, lambda: here(b) == {"alice", "bob"})
            await in_thread(valkey.stop)()
            try:
                await b.event("presence.snapshot", known=False, timeout=10)
                ack = await a.command("status.set", mode="invisible")
                assert ack["status"] == (await a.event("status.changed"))["status"] == {**NOTHING, "mode": "invisible"}
            finally:
                await in_thread(valkey.start)()
            b.log.clear()
            await b.event("presence.snapshot", known=True, timeout=15)
            await shows(b, lambda: here(b) == {"bob"}, within=15)
            b.log.clear()
            async with looking(server, bob, general) as later:
                assert "alice" not in sidebar(later)
            assert not seen(b, "alice").get("online")

    async def test_a_server_that_lost_redis_does_not_undo_a_later_decision(
        self, servers: Servers, valkey: Valkey, redis_lost: Proxy, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        def hidden_changed() -> str | None:
            """Return the version of the topic: the sidebar could be right again before an event is sent."""
            with valkey.client() as redis:
                return redis.get("{presence}:version:hidden")

        await in_thread(membership.join)(mallory, general.pk)
        cut_off, other = servers(REDIS_URL=f"redis://127.0.0.1:{redis_lost.port}/0"), servers()
        async with looking(cut_off, mallory, general) as m, looking(other, bob, general) as b:
            async with looking(cut_off, alice, general) as a:
                await shows(b, lambda: here(b) == {"alice", "bob", "mallory"})
                await in_thread(redis_lost.kill)()
                await a.command("status.set", mode="invisible")
                await a.event("status.changed")  # presence has the decision, and cannot reach Redis
            await m.event("presence.snapshot", known=False, timeout=10)
            await shows(b, lambda: here(b) == {"bob"}, within=15)
            async with looking(other, alice, general) as a:
                assert a.hello["status"]["mode"] == "invisible"
                await a.command("status.set")
                await shows(b, lambda: here(b) == {"alice", "bob"})
                m.log.clear()
                before = hidden_changed()
                await in_thread(redis_lost.start)()
                await m.event("presence.snapshot", known=True, timeout=15)
                await open_room(b, general)
                await shows(b, lambda: "mallory" in here(b), within=15)  # decisions are written before connections
                await shows(m, lambda: here(m) == {"alice", "bob", "mallory"})
            assert hidden_changed() == before


class TestTheTimeZone:
    async def test_the_time_zone_is_that_of_the_first_page(self, site: InProcessServer, alice: User) -> None:
        async with Client(site, alice) as a:
            assert a.hello["time_zone"] is None
            assert (await a.command("person.zone", time_zone="Europe/Berlin"))["time_zone"] == "Europe/Berlin"
            assert (await a.command("person.zone", time_zone="UTC"))["time_zone"] == "Europe/Berlin"
            with pytest.raises(Refused, match="invalid"):
                await a.command("person.zone", time_zone="Nowhere")
        async with Client(site, alice) as later:
            assert later.hello["time_zone"] == "Europe/Berlin"


class TestAnOutsider:
    @pytest.mark.row(32)
    async def test_an_outsider_learns_nothing_of_a_members_status(
        self, servers: Servers, alice: User, bob: User, mallory: User, secret: Room
    ) -> None:
        one, other = servers(), servers()
        theirs = await in_thread(membership.create_room)(mallory, "theirs")
        async with looking(one, mallory, theirs) as m, looking(one, bob, secret) as b:
            await m.command("directory.watch")
            async with looking(other, alice, secret) as a:
                await shows(b, lambda: "alice" in here(b))
                await a.command("status.set", **BUSY)
                await shows(b, lambda: sidebar(b)["alice"].get("dnd"))
                await a.command("status.set", mode="invisible")
                await shows(b, lambda: "alice" not in sidebar(b))
                await a.command("status.set", text="Back")
                await shows(b, lambda: "alice" in here(b))
            await shows(b, lambda: seen(b, "alice").get("last_seen"))
            await post(m, theirs, "Is anybody there?")
            await m.event("message.posted")
            told = json.dumps([event for event in m.log if event["type"] != "ack"])
            for secret_word in ("alice", "Alice", "In a meeting", "Back", "last_seen", "status.changed"):
                assert secret_word not in told
            assert await Message.objects.filter(room=secret).acount() >= 1
