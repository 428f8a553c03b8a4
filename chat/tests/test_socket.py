"""The socket: greeting, posts, bad frames, and other ASGI servers."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from websockets.exceptions import ConnectionClosed

from accounts.models import User
from chat.models import Message, Room
from chat.protocol import decode
from chat.services.messages import posting
from chat.services.rooms import membership
from chat.tests.helpers.talk import (
    bodies,
    here,
    in_thread,
    open_room,
    post,
    shows,
)
from testing.in_process import InProcessServer
from testing.length import Length
from testing.processes import UNLIMITED, PlainServer, Server, Uvicorn
from testing.rows import Measured
from testing.sockets import Client, Refused, open_socket, session_cookie

pytestmark = pytest.mark.django_db(transaction=True)


async def test_hello_lists_the_rooms_with_what_is_unread(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    await in_thread(posting.post_message)(alice, general.pk, body="Hello", client_id=uuid4())
    async with Client(site, bob) as client:
        (listed,) = client.hello["rooms"]
        assert (listed["name"], listed["unread"], listed["role"], listed["here"]) == ("general", 1, "member", 0)


async def test_a_message_reaches_everyone_in_the_room_and_nobody_else(
    site: InProcessServer, alice: User, bob: User, mallory: User, general: Room, secret: Room
) -> None:
    await in_thread(membership.join)(mallory, general.pk)
    async with Client(site, alice) as a, Client(site, bob) as b, Client(site, mallory) as m:
        posted = await post(a, secret, "Between us")
        assert posted["author"]["username"] == "alice"
        assert (await b.event("message.posted"))["message"] == posted
        await post(a, general, "To all")
        await m.event("message.posted", room=general.pk)
        assert bodies(m) == ["To all"]


async def test_the_author_is_the_signed_in_user_whatever_the_frame_claims(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with Client(site, bob) as client:
        posted = await post(client, general, "I am Alice", author="alice", user={"id": alice.pk}, username="alice")
        assert posted["author"]["username"] == "bob"


async def test_what_is_acknowledged_is_stored(site: InProcessServer, alice: User, general: Room) -> None:
    async with Client(site, alice) as client:
        posted = await post(client, general, "Hello")
        assert await in_thread(Message.objects.filter(pk=posted["id"], body="Hello").exists)()


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


@pytest.mark.row(17)
async def test_an_idle_socket_lives_on(
    servers: Callable[..., Server], length: Length, alice: User, bob: User, general: Room
) -> None:
    # redis-py's own time-out of 5 s would end the layer's subscription: silence, then a message.
    no_check = {"ROOMFUL_CHECK_MS": "3600000"}  # so all events come over the layer
    one, other = servers(**no_check), servers(**no_check)
    silent = {"ping_interval": None}  # a page sends no pings of its own
    async with Client(one, alice, **silent) as a, Client(other, bob, **silent) as b:
        await length.elapse(full=600, short=12)
        assert not b.seen("message.posted")
        await post(a, general, "Still there?")
        await b.event("message.posted")


@pytest.mark.row(31)
async def test_a_guessed_room_answers_as_one_that_does_not_exist(
    server: Server, bob: User, mallory: User, secret: Room
) -> None:
    async with Client(server, bob) as b, Client(server, mallory) as m:
        message = (await post(b, secret, "Between us"))["id"]
        reply = {"client_id": str(uuid4()), "body": "Hello", "thread": message, "quote": message}
        commands: dict[str, dict[str, Any]] = {
            "message.post": {"client_id": str(uuid4()), "body": "Hello"},
            "message.post, a reply": reply,
            "message.edit": {"message": message, "body": "Hello"},
            "message.delete": {"message": message},
            "message.report": {"message": message, "reason": "Rude"},
            "message.pin": {"message": message},
            "message.unpin": {"message": message},
            "reaction.add": {"message": message, "emoji": "👍"},
            "reaction.remove": {"message": message, "emoji": "👍"},
            "room.open": {},
            "room.join": {},
            "room.leave": {},
            "room.keep": {"quiet": True},
            "room.read": {"position": 1},
            "room.unread": {"position": 1},
            "thread.read": {"message": message, "position": 1},
            "typing.start": {},
            "typing.stop": {},
            "roster.page": {},
            "member.remove": {"user": bob.pk},
            "member.ban": {"user": bob.pk},
            "member.unban": {"user": bob.pk},
            "member.mute": {"user": bob.pk, "until": (timezone.now() + timedelta(hours=1)).isoformat()},
            "member.unmute": {"user": bob.pk},
            "member.role": {"user": bob.pk, "role": "moderator"},
            "room.transfer": {"user": bob.pk},
            "room.lock": {},
            "room.unlock": {},
            "room.slow": {"seconds": 30},
            "member.purge": {"user": bob.pk},
        }
        assert commands_about_rooms() - {"room.close"} <= commands.keys()
        for name, members in commands.items():
            answers = []
            for room_id in (secret.pk, 999_999):
                with pytest.raises(Refused) as refused:
                    await m.command(name.partition(",")[0], **members, room=room_id)
                answers.append((refused.value.code, refused.value.detail))
            assert answers[0] == answers[1] == ("not_found", "Room not found."), name
        assert {event["type"] for event in m.log} <= {"hello", "error"}
        # A tab may close a room late, after its user has left.
        for room_id in (secret.pk, 999_999):
            assert (await m.command("room.close", room=room_id)).keys() == {"type", "id"}


def commands_about_rooms() -> set[str]:
    kinds = decode.COMMANDS
    return {str(kind.__struct_config__.tag) for kind in kinds if "room" in kind.__struct_fields__}


async def test_a_bad_frame_gets_an_error_and_loses_nothing(site: InProcessServer, alice: User, general: Room) -> None:
    async with Client(site, alice) as client:
        for frame in ("nonsense", "[]", '"x"', "{}", "NaN", "[" * 50_000, '{"type":"no.such","id":5}', "9" * 50_000):
            await client.send(frame)
            assert (await client.event("error"))["code"] == "bad_frame"
        assert client.seen("error")[-2]["id"] == 5
        assert (await post(client, general, "Still here"))["body"] == "Still here"


async def test_a_binary_frame_closes_the_socket(site: InProcessServer, alice: User) -> None:
    async with Client(site, alice) as client:
        await client.send(b"\x00\xff")
        assert await client.closed() == 1003


class TestAnyServer:
    @pytest.mark.parametrize("kind", [PlainServer, Uvicorn])
    async def test_the_chat_works_on_any_asgi_server(
        self, kind: type[Server], servers: Callable[..., Server], alice: User, bob: User, general: Room
    ) -> None:
        plain, ours = servers(kind), servers()
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

    @pytest.mark.row(37)
    async def test_a_client_that_does_not_read_is_disconnected_and_holds_nobody_up(
        self,
        servers: Callable[..., Server],
        length: Length,
        measured: Measured,
        alice: User,
        bob: User,
        general: Room,
    ) -> None:
        writing, server = servers(**UNLIMITED), servers()
        body = "x" * length.pick(full=1_000, short=10_000)
        cookie, got, posts = await in_thread(session_cookie)(bob), 0, 0
        async with Client(writing, alice) as a, Client(server, alice) as reader:
            await asyncio.gather(*(post(a, general, body) for _ in range(20)))
            await reader.event("message.posted", version=general.version + 20)
            before, deadline = server.memory(), time.monotonic() + length.pick(full=600, short=0)
            async with open_socket(server, cookie, max_queue=1) as deaf:
                while posts < 2_000 or time.monotonic() < deadline:
                    for client in (a, reader):
                        client.forget()
                    await asyncio.gather(*(post(a, general, body) for _ in range(20)))
                    await length.elapse(full=0.25, short=0)
                    posts += 20
                    # The server holds nothing for a slow reader; the client that does not read is the one that it
                    # drops.
                    await reader.event("message.posted", version=general.version + 20 + posts)
                measured("memory", (server.memory() - before) / 1e6, within=10, unit="MB")
                with suppress(ConnectionClosed):
                    async for frame in deaf:  # frames in the system's buffer, and then no more
                        got += len(json.loads(frame))
        assert got < posts
