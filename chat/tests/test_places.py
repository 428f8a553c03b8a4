"""A server keeps a room, and its subscription, for as long as one of its connections stands in it."""

import asyncio

import pytest

from accounts.models import User
from chat.hub import get_hub
from chat.hub.checks import check_standing
from chat.models import Room
from chat.services import moderation
from chat.services.actor import Actor
from chat.tests.helpers.talk import in_thread
from project.testing.in_process import InProcessServer
from project.testing.sockets import Client

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
