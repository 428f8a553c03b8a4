"""A server keeps a room for as long as a connection stands in it, and tells a connection only of rooms of its user."""

import asyncio

import pytest
from django.db import OperationalError

from accounts.models import User
from chat.errors import NotFound
from chat.hub import get_hub, reads
from chat.hub.checks import check_standing
from chat.hub.frame import Frame
from chat.models import Room
from chat.services import moderation
from chat.services.actor import Actor
from chat.tests.helpers.talk import in_thread
from project.testing.in_process import InProcessServer
from project.testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_user_who_disconnects_while_memberships_are_checked_leaves_no_room_behind(
    site: InProcessServer, alice: User, general: Room
) -> None:
    async with Client(site, alice):
        hub = get_hub()
        assert list(hub.places) == [general.pk]
        checking = asyncio.create_task(check_standing(hub))
        await asyncio.sleep(0)  # the check has listed its connections, and reads
        [connection] = hub.connections[alice.pk]
        hub.remove(connection)
        await checking
        assert not list(hub.places)


async def test_a_room_gained_by_a_user_without_a_connection_is_not_kept(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with Client(site, alice):
        hub = get_hub()
    await hub.gain(bob.pk, general.pk)
    assert not list(hub.places)


async def test_a_room_goes_with_the_last_member_who_is_removed_from_it(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with Client(site, bob) as client:
        hub = get_hub()
        assert list(hub.places) == [general.pk]
        await in_thread(moderation.remove_member)(Actor(alice), general.pk, bob.pk)
        await client.event("room.lost")
        assert not list(hub.places)


async def test_a_user_who_guesses_a_room_is_told_no_count_of_it_while_the_membership_is_read(
    site: InProcessServer, alice: User, mallory: User, secret: Room
) -> None:
    async with Client(site, alice) as a, Client(site, mallory) as m:
        hub = get_hub()
        [hers], [his] = hub.connections[alice.pk], hub.connections[mallory.pk]
        opening = asyncio.create_task(hub.open_room(his, secret.pk, None))
        await asyncio.sleep(0)  # it is held, and reads
        assert hub.places.stands(his, secret.pk)
        hub._tell_room(secret.pk, Frame.of({"type": "presence.counted", "rooms": {secret.pk: 1}}), ())
        with pytest.raises(NotFound):
            await opening
        assert hub.places.everybody() == [(hers, secret.pk)]
        await a.event("presence.counted", rooms={str(secret.pk): 1})
        await m.command("rooms.order", rooms=[])  # a round trip later
        assert not m.seen("presence.counted")


async def test_a_user_who_guesses_a_room_does_not_stand_in_it_when_the_database_is_away(
    site: InProcessServer, alice: User, mallory: User, secret: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("The database is away.")

    async with Client(site, alice) as a, Client(site, mallory) as m:
        hub = get_hub()
        monkeypatch.setattr(reads, "openings", away)
        for user, client, stands in ((alice, a, True), (mallory, m, False)):
            with pytest.raises(Refused, match="unavailable"):
                await client.command("room.open", room=secret.pk, since=None)
            [connection] = hub.connections[user.pk]
            assert hub.places.stands(connection, secret.pk) == stands
