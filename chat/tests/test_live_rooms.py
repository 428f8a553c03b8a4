"""Live rooms: a server keeps a room as long as a connection has it, and sends a connection only rooms of its user."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from django.db import OperationalError

from accounts.models import User
from chat.errors import NotFound
from chat.hub import get_hub, queries
from chat.hub.delivery.connection import Connection
from chat.hub.delivery.frame import Frame
from chat.hub.layer.subscriptions import Subscriptions
from chat.hub.reconciliation import check_standing
from chat.hub.rooms.rooms import Rooms
from chat.hub.tasks import Tasks
from chat.models import Room
from chat.permissions.actor import Actor
from chat.services.messages import posting
from chat.services.moderation import moderation
from chat.tests.helpers.talk import in_thread
from testing.in_process import InProcessServer
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_user_who_disconnects_while_memberships_are_checked_leaves_no_room_behind(
    site: InProcessServer, alice: User, general: Room
) -> None:
    async with Client(site, alice):
        hub = get_hub()
        assert list(hub.rooms) == [general.pk]
        checking = asyncio.create_task(check_standing(hub))
        await asyncio.sleep(0)  # the check has listed its connections, and is reading
        [connection] = hub.connections[alice.pk]
        hub.remove(connection)
        await checking
        assert not list(hub.rooms)


async def test_a_room_gained_by_a_user_without_a_connection_is_not_kept(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with Client(site, alice):
        hub = get_hub()
    await hub.gain(bob.pk, general.pk)
    assert not list(hub.rooms)


async def test_a_room_goes_with_the_last_member_who_is_removed_from_it(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with Client(site, bob) as client:
        hub = get_hub()
        assert list(hub.rooms) == [general.pk]
        await in_thread(moderation.remove_member)(Actor(alice), general.pk, bob.pk)
        await client.event("room.lost")
        assert not list(hub.rooms)


async def test_a_user_who_guesses_a_room_is_told_no_count_of_it_while_the_membership_is_read(
    site: InProcessServer, alice: User, mallory: User, secret: Room
) -> None:
    async with Client(site, alice) as a, Client(site, mallory) as m:
        hub = get_hub()
        [hers], [his] = hub.connections[alice.pk], hub.connections[mallory.pk]
        opening = asyncio.create_task(hub.open_room(his, secret.pk, None))
        await asyncio.sleep(0)  # the hold is in place, and the read has begun
        assert hub.rooms.stands(his, secret.pk)
        hub._tell_room(secret.pk, Frame.of({"type": "presence.counted", "rooms": {secret.pk: 1}}), ())
        with pytest.raises(NotFound):
            await opening
        assert hub.rooms.everybody() == [(hers, secret.pk)]
        await a.event("presence.counted", rooms={str(secret.pk): 1})
        await m.command("rooms.order", rooms=[])  # round trip later
        assert not m.seen("presence.counted")


async def test_a_user_who_guesses_a_room_does_not_stand_in_it_when_the_database_is_away(
    site: InProcessServer, alice: User, mallory: User, secret: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("The database is away.")

    async with Client(site, alice) as a, Client(site, mallory) as m:
        hub = get_hub()
        monkeypatch.setattr(queries, "openings", away)
        for user, client, stands in ((alice, a, True), (mallory, m, False)):
            with pytest.raises(Refused, match="unavailable"):
                await client.command("room.open", room=secret.pk, since=None)
            [connection] = hub.connections[user.pk]
            assert hub.rooms.stands(connection, secret.pk) == stands


class Reader:
    """A fake connection that records the versions of its events."""

    def __init__(self) -> None:
        self.got: list[int] = []

    def deliver(self, frame: Frame) -> None:
        self.got += [event["version"] for event in json.loads(frame.text)]

    def tell(self, *events: dict[str, Any]) -> None:
        self.got += [event["version"] for event in events]


class Subscribed:
    """Fake subscriptions, which do nothing."""

    def want(self, group: str) -> None: ...
    def unwant(self, group: str) -> None: ...


class TestOneRoomOnAFreshServer:
    """Two connections arrive at once, and one reads the room a moment later than the other."""

    @pytest.fixture
    def posted(self, alice: User, general: Room) -> list[int]:
        """Post three messages, and return their versions."""
        return [posting.post_message(alice, general.pk, body="Hello", client_id=uuid4()).version for _ in range(3)]

    async def test_the_connection_that_read_earlier_gets_what_the_other_had_read(
        self, general: Room, posted: list[int]
    ) -> None:
        earlier, later = Reader(), Reader()
        live = self.rooms()
        holds = [live.hold(self.connection(each), general.pk, is_member=True) for each in (earlier, later)]
        live.release(self.connection(later), general.pk, holds[1], posted[2])
        live.release(self.connection(earlier), general.pk, holds[0], posted[0])
        await asyncio.gather(*self.begun)
        assert earlier.got == posted[1:]
        assert later.got == []
        live.offer({"room": general.pk, "version": posted[2] + 1})
        assert earlier.got[2:] == later.got == [posted[2] + 1]

    async def test_a_hold_that_was_superseded_does_not_decide_where_the_feed_begins(
        self, general: Room, posted: list[int]
    ) -> None:
        reader = Reader()
        live = self.rooms()
        superseded = live.hold(self.connection(reader), general.pk, is_member=True)
        hold = live.hold(self.connection(reader), general.pk)
        for version in posted:
            live.offer({"room": general.pk, "version": version})
        live.release(self.connection(reader), general.pk, superseded, posted[2])
        live.release(self.connection(reader), general.pk, hold, posted[0])
        assert reader.got == posted[1:]

    def rooms(self) -> Rooms:
        self.begun: list[asyncio.Task[None]] = []
        tasks = SimpleNamespace(begin=lambda work: self.begun.append(asyncio.create_task(work)))
        return Rooms(cast(Subscriptions, Subscribed()), lambda room, event: None, cast(Tasks, tasks))

    def connection(self, reader: Reader) -> Connection:
        return cast(Connection, reader)
