"""What people decide about how others see them, and when those saw them last, over real servers."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from chat import events
from chat.models import Message, Room, Status
from chat.services import rooms
from chat.services.status import set_status
from chat.tests.helpers.talk import bodies, fetch, here, in_thread, open_room, post, shows, sidebar
from project.testing.length import Length
from project.testing.outages import OUTAGES, Outage
from project.testing.processes import Proxy, Server, Valkey
from project.testing.sockets import Client, Refused, session_cookie
from project.testing.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

Servers = Callable[..., Server]

NOTHING: dict[str, Any] = {"mode": "auto", "text": "", "emoji": "", "until": None}
BUSY: dict[str, Any] = {**NOTHING, "mode": "dnd", "text": "In a meeting", "emoji": "🌴"}


@pytest.fixture
def redis_lost(valkey: Valkey, tmp_path: Path) -> Iterator[Proxy]:
    """The way to Redis of one server, for a test to cut."""
    proxy = Proxy(tmp_path / "proxy.log", str(valkey.socket)).start()
    yield proxy
    proxy.stop()


@asynccontextmanager
async def looking(server: Server, user: User, room: Room) -> AsyncIterator[Client]:
    """A tab that shows the room."""
    async with Client(server, user) as client:
        await open_room(client, room)
        yield client


def seen(client: Client, username: str) -> dict[str, Any]:
    """The latest that the tab was told of somebody in the sidebar, there or not."""
    told = [
        person for event in client.log if event["type"].startswith("presence.") for person in event.get("people", ())
    ]
    return next((person for person in reversed(told) if person["username"] == username), {})


def statuses(client: Client) -> list[dict[str, Any]]:
    return [event["status"] for event in client.seen("status.changed")]


def stored_last_seen(user: User) -> datetime | None:
    return Status.objects.filter(user=user).values_list("last_seen_at", flat=True).first()


last_seen = in_thread(stored_last_seen)


async def agree(one: Client, other: Client, username: str) -> None:
    """Wait until two tabs show somebody in the same way."""
    async with asyncio.timeout(5):
        while sidebar(one).get(username) != sidebar(other).get(username):
            news = [asyncio.create_task(client.any_event()) for client in (one, other)]
            await asyncio.wait(news, return_when=asyncio.FIRST_COMPLETED)
            for task in news:
                task.cancel()


async def write_without_a_word(user: User, **fields: Any) -> None:
    """As when the word of it is lost."""
    await Status.objects.aupdate_or_create(user=user, defaults={**fields, "changed_at": Now()})


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

    async def test_an_invalid_status_is_refused(self, server: Server, alice: User) -> None:
        async with Client(server, alice) as a:
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
                await a.command("status.set", text="Busy", until="2101-01-01T00:00:00")  # in which time zone?

    async def test_a_status_ends_by_itself(self, servers: Servers, alice: User, bob: User, general: Room) -> None:
        one, other = servers(), servers()
        async with looking(one, alice, general) as a, looking(other, bob, general) as b:
            await shows(b, lambda: here(b) == {"alice", "bob"})
            until = events._time(timezone.now() + timedelta(seconds=2))
            await a.command("status.set", **{**BUSY, "until": until})
            await shows(b, lambda: sidebar(b)["alice"].get("dnd"))
            assert sidebar(b)["alice"]["status"]["until"] == until
            await shows(b, lambda: not {"dnd", "status"} & sidebar(b)["alice"].keys(), within=10)
            await shows(a, lambda: statuses(a)[-1] == NOTHING)

    async def test_the_status_of_a_member_who_joins_is_seen(
        self, server: Server, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        await in_thread(set_status)(mallory, text="New here")
        async with looking(server, alice, general) as a, Client(server, mallory) as m:
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
            """The number of the topic: the sidebar could be right again before anybody is told."""
            with valkey.client() as redis:
                return redis.get("{presence}:version:hidden")

        await in_thread(rooms.join)(mallory, general.pk)
        cut_off, other = servers(REDIS_URL=f"redis://127.0.0.1:{redis_lost.port}/0"), servers()
        async with looking(cut_off, mallory, general) as m, looking(other, bob, general) as b:
            async with looking(cut_off, alice, general) as a:
                await shows(b, lambda: here(b) == {"alice", "bob", "mallory"})
                await in_thread(redis_lost.kill)()
                await a.command("status.set", mode="invisible")
                await a.event("status.changed")  # presence was told, and cannot tell Redis
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
                await shows(b, lambda: "mallory" in here(b), within=15)  # decisions are told before connections
                await shows(m, lambda: here(m) == {"alice", "bob", "mallory"})
            assert hidden_changed() == before


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
        self, server: Server, alice: User, bob: User, general: Room
    ) -> None:
        async with looking(server, bob, general) as b:
            async with Client(server, alice) as a:
                await shows(b, lambda: "alice" in sidebar(b))
                await a.command("status.set", mode="invisible")
                await shows(b, lambda: seen(b, "alice").get("last_seen"))
                before = await last_seen(alice)
            b.log.clear()
            with pytest.raises(TimeoutError):  # longer than the linger
                await shows(b, lambda: seen(b, "alice"), within=2)
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
        self, server: Server, alice: User, bob: User, general: Room
    ) -> None:
        async with looking(server, alice, general) as a, looking(server, bob, general) as b:
            await shows(b, lambda: here(b) == {"alice", "bob"})
            assert (await post(b, general, "@here"))["told"] == [alice.pk]
            await a.command("status.set", mode="invisible")
            await shows(b, lambda: here(b) == {"bob"})
            assert "told" not in await post(b, general, "@here")
            await shows(a, lambda: bodies(a) == ["@here", "@here"])

    async def test_an_invisible_user_is_not_counted_in_lists_of_rooms(
        self, server: Server, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        async with looking(server, alice, general) as a, Client(server, mallory) as m:
            await m.command("directory.watch")
            await m.event("directory.counted", rooms={str(general.pk): 1})
            await a.command("status.set", mode="invisible")
            await m.event("directory.counted", rooms={str(general.pk): 0})
            async with Client(server, bob) as b:
                assert b.hello["rooms"][0]["here"] == 0


class TestLastSeen:
    async def test_last_seen_is_the_time_when_the_last_tab_closed(
        self, servers: Servers, alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with looking(other, bob, general) as b:
            async with Client(one, alice), Client(other, alice):
                await shows(b, lambda: "alice" in sidebar(b))
                assert "last_seen" not in sidebar(b)["alice"]
                assert await last_seen(alice) is None
                here_at = timezone.now()
            await shows(b, lambda: seen(b, "alice").get("last_seen"))
            left_at = await last_seen(alice)
            assert left_at is not None
            assert here_at < left_at < here_at + timedelta(seconds=5)
            async with Client(one, alice):
                await shows(b, lambda: "alice" in sidebar(b))
                assert "last_seen" not in sidebar(b)["alice"]

    async def test_last_seen_is_stored_when_a_server_is_killed(
        self, servers: Servers, alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with looking(one, alice, general), looking(other, bob, general) as b:
            await shows(b, lambda: here(b) == {"alice", "bob"})
            one.kill()
            await shows(b, lambda: seen(b, "alice").get("last_seen"), within=10)

    @pytest.fixture(params=OUTAGES)
    def outage(self, transactional_db: None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Outage]:
        outage: Outage = request.param(tmp_path)
        yield outage
        outage.close()

    async def test_last_seen_is_stored_when_the_database_is_back(
        self, servers: Servers, outage: Outage, length: Length, alice: User, bob: User, general: Room
    ) -> None:
        server = servers(**outage.environment, ROOMFUL_DATABASE_WAIT_MS="500")
        async with looking(server, bob, general) as b:
            async with Client(server, alice):
                await shows(b, lambda: "alice" in sidebar(b))
                await in_thread(outage.begin)()
            try:
                await shows(b, lambda: "alice" not in sidebar(b))
                gone_by = timezone.now()
                await length.elapse(full=10, short=1.5)  # longer than a write waits
                assert not seen(b, "alice").get("last_seen")
            finally:
                await in_thread(outage.end)()
            await shows(b, lambda: seen(b, "alice").get("last_seen"), within=15)
            left_at = await last_seen(alice)
            assert left_at is not None
            assert gone_by - timedelta(seconds=3) < left_at < gone_by


class TestTheTimeZone:
    async def test_the_time_zone_is_that_of_the_first_page(self, server: Server, alice: User) -> None:
        async with Client(server, alice) as a:
            assert a.hello["time_zone"] is None
            assert (await a.command("person.zone", time_zone="Europe/Berlin"))["time_zone"] == "Europe/Berlin"
            assert (await a.command("person.zone", time_zone="UTC"))["time_zone"] == "Europe/Berlin"
            with pytest.raises(Refused, match="invalid"):
                await a.command("person.zone", time_zone="Nowhere")
        async with Client(server, alice) as later:
            assert later.hello["time_zone"] == "Europe/Berlin"


class TestAnOutsider:
    @pytest.mark.row(32)
    async def test_an_outsider_learns_nothing_of_a_members_status(
        self, servers: Servers, alice: User, bob: User, mallory: User, secret: Room
    ) -> None:
        one, other = servers(), servers()
        theirs = await in_thread(rooms.create_room)(mallory, "theirs")
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
