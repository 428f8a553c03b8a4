"""The socket, over real servers."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.utils import timezone
from websockets.exceptions import ConnectionClosed, InvalidStatus

from accounts.models import User
from accounts.signals import session_ended
from chat.models import Membership, Message, Room
from chat.services import messages, rooms
from project.testing.processes import PlainServer, Server, Valkey
from project.testing.sockets import Client, Refused, open_socket, session_cookie

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = sync_to_async


async def post(client: Client, room: Room, body: str, **members: Any) -> dict[str, Any]:
    members = {"client_id": str(uuid4()), "body": body} | members
    return (await client.command("message.post", room=room.pk, **members))["message"]


def check_that_each_opening_went_on_from_what_was_asked(log: list[dict[str, Any]], asked: dict[int, int]) -> None:
    """`asked` has the versions asked for, by the ids of the commands."""
    expected: int | None = None
    for event in log:
        if event["type"] == "ack" and event["id"] in asked:
            expected = asked[event["id"]] + 1
        elif event["type"] == "room.lost":
            expected = None
        elif "version" in event and event["type"] != "ack" and expected is not None:
            assert event["version"] == expected
            expected += 1


def bodies(client: Client) -> list[str]:
    return [event["message"]["body"] for event in client.seen("message.posted")]


async def test_whoever_is_not_signed_in_is_refused(server: Server, alice: User) -> None:
    async with Client(server, alice) as client:
        assert client.hello["user"]["username"] == "alice"
    with pytest.raises(InvalidStatus) as refused:
        await open_socket(server)
    assert refused.value.response.status_code == 403


async def test_hello_lists_the_rooms_with_what_is_unread(server: Server, alice: User, bob: User, general: Room) -> None:
    await in_thread(messages.post_message)(alice, general.pk, body="Hello", client_id=uuid4())
    async with Client(server, bob) as client:
        (listed,) = client.hello["rooms"]
        assert (listed["name"], listed["unread"], listed["role"], listed["here"]) == ("general", 1, "member", 0)


async def test_a_message_reaches_everyone_in_the_room_and_nobody_else(
    server: Server, alice: User, bob: User, mallory: User, general: Room, secret: Room
) -> None:
    await in_thread(rooms.join)(mallory, general.pk)
    async with Client(server, alice) as a, Client(server, bob) as b, Client(server, mallory) as m:
        posted = await post(a, secret, "Between us")
        assert posted["author"]["username"] == "alice"
        assert (await b.event("message.posted"))["message"] == posted
        await post(a, general, "To all")
        await m.event("message.posted", room=general.pk)
        assert bodies(m) == ["To all"]


async def test_the_author_is_who_signed_in_whatever_the_frame_claims(
    server: Server, alice: User, bob: User, general: Room
) -> None:
    async with Client(server, bob) as client:
        posted = await post(client, general, "I am Alice", author="alice", user={"id": alice.pk}, username="alice")
        assert posted["author"]["username"] == "bob"


async def test_what_is_acknowledged_is_stored(server: Server, alice: User, general: Room) -> None:
    async with Client(server, alice) as client:
        posted = await post(client, general, "Hello")
        assert await in_thread(Message.objects.filter(pk=posted["id"], body="Hello").exists)()


async def test_a_retry_gets_the_same_ack_over_another_server_too(
    servers: Callable[..., Server], alice: User, general: Room
) -> None:
    async with Client(servers(), alice) as one, Client(servers(), alice) as other:
        client_id = str(uuid4())
        acks = await asyncio.gather(*(post(c, general, "Once", client_id=client_id) for c in (one, other) * 5))
        assert all(ack == acks[0] for ack in acks)
        assert await in_thread(general.messages.count)() == 1
        with pytest.raises(Refused, match="conflict"):
            await post(other, general, "Twice", client_id=client_id)


async def test_two_servers_tell_each_other_and_in_order(
    servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    async with Client(servers(), alice) as a, Client(servers(), bob) as b:
        for number in range(20):
            await post(a if number % 2 else b, general, str(number))
        for client in (a, b):
            await client.event("message.posted", version=general.version + 20)
            versions = [event["version"] for event in client.seen("message.posted")]
            assert versions == list(range(general.version + 1, general.version + 21))


async def test_an_idle_socket_lives_on(server: Server, alice: User, bob: User, general: Room) -> None:
    """redis-py's own time-out of 5 s would have ended the layer's subscription: 12 s of silence, then a message."""
    async with Client(server, alice) as a, Client(server, bob) as b:
        with pytest.raises(AssertionError, match="No message"):
            await b.event("message.posted", timeout=12)
        await post(a, general, "Still there?")
        await b.event("message.posted")


async def test_a_guessed_room_answers_as_one_that_does_not_exist(
    server: Server, bob: User, mallory: User, secret: Room
) -> None:
    async with Client(server, bob) as b, Client(server, mallory) as m:
        await post(b, secret, "Between us")
        commands: list[dict[str, Any]] = [
            {"type": "message.post", "client_id": str(uuid4()), "body": "Hello"},
            {"type": "room.open"},
            {"type": "room.join"},
            {"type": "room.leave"},
            {"type": "room.read", "position": 1},
        ]
        for command in commands:
            answers = []
            for room_id in (secret.pk, 999_999):
                with pytest.raises(Refused) as refused:
                    await m.command(**command, room=room_id)
                answers.append((refused.value.code, refused.value.detail))
            assert answers[0] == answers[1] == ("not_found", "There is no such room.")
        assert bodies(m) == []


async def test_a_bad_frame_gets_an_error_and_loses_nothing(server: Server, alice: User, general: Room) -> None:
    async with Client(server, alice) as client:
        for frame in ("nonsense", "[]", '"x"', "{}", "NaN", "[" * 50_000, '{"type":"no.such","id":5}', "9" * 50_000):
            await client.send(frame)
            assert (await client.event("error"))["code"] == "bad_frame"
        assert client.seen("error")[-2]["id"] == 5
        assert (await post(client, general, "Still here"))["body"] == "Still here"


async def test_a_binary_frame_closes_the_socket(server: Server, alice: User) -> None:
    async with Client(server, alice) as client:
        await client.send(b"\x00\xff")
        assert await client.closed() == 1003


class TestOpeningARoom:
    async def test_brings_what_was_missed_in_order(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        for number in range(3):
            await in_thread(messages.post_message)(alice, general.pk, body=str(number), client_id=uuid4())
        async with Client(servers(), bob) as client:
            ack = await client.command("room.open", room=general.pk, since=general.version)
            await client.event("presence.snapshot")
            assert bodies(client) == ["0", "1", "2"]
            assert ack["version"] == general.version + 3

    async def test_resets_where_too_much_was_missed(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        for number in range(5):
            await in_thread(messages.post_message)(alice, general.pk, body=str(number), client_id=uuid4())
        async with Client(servers(ROOMFUL_RESUME_LIMIT="3"), bob) as client:
            await client.command("room.open", room=general.pk, since=general.version)
            reset = await client.event("room.reset")
            assert [message["body"] for message in reset["page"]["messages"]] == ["0", "1", "2", "3", "4"]

    async def test_while_others_talk_leaves_no_gap_and_repeats_nothing(
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


async def talk_until(enough: asyncio.Event, client: Client, room: Room) -> None:
    while not enough.is_set():
        await post(client, room, "Hello")


class TestMembership:
    async def test_joining_by_name_makes_the_room_and_brings_its_events(
        self, server: Server, alice: User, bob: User
    ) -> None:
        async with Client(server, alice) as a, Client(server, bob) as b:
            made = (await a.command("room.join", name="#Field Season"))["room"]
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
        await in_thread(rooms.leave)(bob, general.pk)
        async with Client(servers(), alice) as a, Client(servers(), bob) as b:
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

    async def test_one_who_left_gets_nothing_more_over_any_server(
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
                await client.command("room.join", name=f"another {id(client)}")  # a round trip later
                assert bodies(client) == ["Before"]
                with pytest.raises(Refused, match="not_found"):
                    await post(client, general, "Me too")
            assert (await a.event("member.left"))["user"]["username"] == "bob"

    async def test_reading_in_one_tab_is_known_in_the_other(
        self, server: Server, alice: User, bob: User, general: Room
    ) -> None:
        async with Client(server, alice) as a, Client(server, bob) as tab, Client(server, bob) as other_tab:
            posted = await post(a, general, "Hello")
            await tab.command("room.read", room=general.pk, position=posted["position"])
            moved = await other_tab.event("read.moved")
            assert (moved["room"], moved["position"], moved["unread"]) == (general.pk, posted["position"], 0)


def sidebar(client: Client) -> dict[str, dict[str, Any]]:
    """The people in the sidebar, by username: the latest snapshot, and what changed since."""
    people: dict[str, dict[str, Any]] = {}
    for event in client.log:
        if event["type"] == "presence.snapshot":
            assert event["known"]
            people = {}
        if event["type"] in ("presence.snapshot", "presence.changed"):
            people |= {person["username"]: person for person in event["people"]}
    return {name: person for name, person in people.items() if person["online"] or person["here"]}


def here(client: Client) -> set[str]:
    return {name for name, person in sidebar(client).items() if person["here"]}


async def shows(client: Client, condition: Callable[[], object], within: float = 5) -> None:
    """Wait for a state of the sidebar."""
    async with asyncio.timeout(within):
        while not condition():
            await client.any_event()


async def open_room(client: Client, room: Room) -> None:
    await client.command("room.open", room=room.pk)
    await client.event("presence.snapshot")


class TestPresence:
    async def test_people_see_each_other_come_and_go(
        self, server: Server, alice: User, bob: User, general: Room
    ) -> None:
        async with Client(server, alice) as a:
            await open_room(a, general)
            await shows(a, lambda: here(a) == {"alice"})
            async with Client(server, bob) as b:
                await shows(a, lambda: "bob" in sidebar(a))
                assert not sidebar(a)["bob"]["here"]
                await open_room(b, general)
                await shows(a, lambda: here(a) == {"alice", "bob"})
                await shows(b, lambda: here(b) == {"alice", "bob"})
            await shows(a, lambda: set(sidebar(a)) == {"alice"})

    async def test_closing_the_room_leaves_it_and_stays_online(
        self, server: Server, alice: User, bob: User, general: Room
    ) -> None:
        async with Client(server, alice) as a, Client(server, bob) as b:
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
                with pytest.raises(TimeoutError):
                    await shows(a, lambda: here(a) != {"alice", "bob"}, within=2)
                await open_room(later, general)
                await shows(later, lambda: here(later) == {"alice", "bob"})

    async def test_a_server_that_is_killed_leaves_no_ghosts(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with Client(one, alice) as a, Client(other, bob) as b:
            await open_room(a, general)
            await open_room(b, general)
            await shows(a, lambda: here(a) == {"alice", "bob"})
            other.kill()
            await shows(a, lambda: set(sidebar(a)) == {"alice"}, within=10)

    async def test_a_server_that_is_stopped_and_started_shows_nobody_as_gone(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        async with Client(one, alice) as a:
            await open_room(a, general)
            async with Client(other, bob) as b:
                await open_room(b, general)
                await shows(a, lambda: here(a) == {"alice", "bob"})
                a.log.clear()
                await in_thread(other.stop)()
            await in_thread(other.start)()
            async with Client(other, bob) as b:
                await open_room(b, general)
                with pytest.raises(TimeoutError):  # longer than the linger of a drain, and than a lease
                    await shows(a, lambda: a.seen("presence.changed"), within=6)

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

    async def test_nobody_learns_who_is_in_a_private_room(
        self, server: Server, bob: User, mallory: User, general: Room, secret: Room
    ) -> None:
        await in_thread(rooms.join)(mallory, general.pk)
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
            assert not any(str(secret.pk) in json.dumps(event["rooms"]) for event in m.log if "rooms" in event)
            told = [person for event in m.seen("presence.changed") for person in event["people"]]
            assert [person["here"] for person in told if person["username"] == "bob"] == [False, True]

    async def test_the_lists_of_rooms_count_who_is_here(
        self, server: Server, alice: User, bob: User, general: Room
    ) -> None:
        async with Client(server, alice) as a, Client(server, bob) as b:
            await b.command("room.open", room=general.pk)
            counted = await a.event("presence.counted", timeout=5)
            assert counted["rooms"] == {str(general.pk): 1}


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

    async def test_who_comes_while_it_is_away_can_talk(
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


class TestAnyServer:
    async def test_by_plain_asgi_it_is_the_same_chat(
        self, servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        plain, ours = servers(PlainServer), servers()
        async with Client(plain, alice) as a, Client(ours, bob) as b:
            await open_room(a, general)
            await open_room(b, general)
            await shows(a, lambda: here(a) == {"alice", "bob"})
            for number in range(10):
                await post(a if number % 2 else b, general, str(number))
            for client in (a, b):
                await client.event("message.posted", version=general.version + 10)
                versions = [event["version"] for event in client.seen("message.posted")]
                assert versions == list(range(general.version + 1, general.version + 11))
            alice.set_password("another password")
            await alice.asave()
            assert await a.closed() == 4001

    async def test_one_who_does_not_read_is_sent_away_and_holds_nobody_up(
        self, server: Server, alice: User, bob: User, general: Room
    ) -> None:
        cookie = await in_thread(session_cookie)(bob)
        posts, got = 2_000, 0
        async with Client(server, alice) as a, open_socket(server, cookie, max_queue=1) as deaf:
            for _ in range(posts // 20):
                await asyncio.gather(*(post(a, general, "x" * 10_000) for _ in range(20)))
            await a.event("message.posted", version=general.version + posts)
            with suppress(ConnectionClosed):
                async for _ in deaf:  # what the system had kept for it, and then no more
                    got += 1
        assert got < posts


class TestSignOut:
    async def test_closes_that_sessions_sockets_alone(self, server: Server, alice: User, general: Room) -> None:
        cookie = await in_thread(session_cookie)(alice)
        async with open_socket(server, cookie) as here, Client(server, alice) as elsewhere:
            assert json.loads(await here.recv())[0]["type"] == "hello"
            await in_thread(session_ended.send)(sender=User, user_id=alice.pk, session_key=cookie)
            await asyncio.wait_for(here.wait_closed(), 5)
            assert here.close_code == 4001
            assert await post(elsewhere, general, "Still here")

    async def test_a_changed_password_closes_all(self, server: Server, alice: User) -> None:
        async with Client(server, alice) as one, Client(server, alice) as other:
            alice.set_password("another password")
            await alice.asave()
            assert await one.closed() == await other.closed() == 4001


class TestLostWord:
    """What happened in the database, of which no event told."""

    async def test_an_ended_session_closes_its_sockets(self, server: Server, alice: User, bob: User) -> None:
        cookie = await in_thread(session_cookie)(alice)
        async with open_socket(server, cookie) as ended, Client(server, alice) as elsewhere, Client(server, bob) as b:
            await Session.objects.filter(pk=cookie).adelete()
            await asyncio.wait_for(ended.wait_closed(), 5)
            assert ended.close_code == 4001
            for client in (elsewhere, b):
                await client.command("presence.touch")

    async def test_an_expired_session_closes_its_sockets(self, server: Server, alice: User) -> None:
        async with Client(server, alice) as a:
            await Session.objects.aupdate(expire_date=timezone.now())
            assert await a.closed() == 4001

    async def test_a_deactivated_account_closes_its_sockets(self, server: Server, alice: User, bob: User) -> None:
        async with Client(server, alice) as a, Client(server, bob) as b:
            await User.objects.filter(pk=alice.pk).aupdate(is_active=False)
            assert await a.closed() == 4001
            await b.command("presence.touch")

    async def test_a_changed_password_closes_its_sockets(self, server: Server, alice: User) -> None:
        async with Client(server, alice) as a:
            await User.objects.filter(pk=alice.pk).aupdate(password=make_password("another password"))
            assert await a.closed() == 4001

    async def test_a_membership_that_came_or_went_is_found(
        self, server: Server, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        async with Client(server, alice) as a, Client(server, bob) as b, Client(server, mallory) as m:
            await Membership.objects.acreate(room=general, user=mallory, joined_at=timezone.now(), version=1)
            await Membership.objects.filter(user=bob).aupdate(left_at=timezone.now())
            await m.event("room.gained")
            await b.event("room.lost")
            posted = await post(a, general, "Hello")
            assert (await m.event("message.posted"))["message"] == posted
            assert bodies(b) == []
