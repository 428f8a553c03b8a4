"""Load that one member may cause within all limits, for any length of time."""

import asyncio
import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from chat.models import Edit, Message, Room
from chat.services.messages import posting
from chat.services.rooms import membership
from chat.tests.helpers import hoard
from chat.tests.helpers.flood import RoundTrips, round_trips
from chat.tests.helpers.talk import fetch, in_thread
from testing.length import Length
from testing.machine import patience
from testing.processes import Server
from testing.rows import Measured
from testing.sockets import Client, session_cookie

pytestmark = pytest.mark.django_db(transaction=True)

MB = 1_000_000


@pytest.fixture
def birds(alice: User, bob: User) -> Room:
    """Create a room without Mallory."""
    birds = membership.create_room(alice, "birds")
    membership.join(bob, birds.pk)
    return birds


@pytest.fixture
def longest(mallory: User, general: Room) -> Message:
    """Create a message with the longest list of edits, in a room with the longest list of pins."""
    membership.join(mallory, general.pk)
    for number in range(30):
        posting.post_message(mallory, general.pk, body=f"{number} {hoard.LONG}", client_id=uuid4())
    said = general.messages.said()
    said.update(pinned_at=timezone.now(), pinned_by=mallory)
    longest = said.newest(1)[0]
    kept = [Edit(message=longest, body=f"{number} {hoard.LONG}", written_at=timezone.now()) for number in range(51)]
    Edit.objects.bulk_create(kept)
    return longest


@pytest.mark.alone
@pytest.mark.row(44)
async def test_a_member_who_makes_others_carry_all_that_is_allowed_hardly_slows_them_down(
    servers: Callable[..., Server],
    length: Length,
    measured: Measured,
    alice: User,
    bob: User,
    mallory: User,
    general: Room,
    birds: Room,
    longest: Message,
) -> None:
    seconds, tabs = length.pick(full=60, short=4), length.pick(full=50, short=10)
    others = [await in_thread(User.objects.create_user)(f"person-{number}") for number in range(20)]
    people = [alice.pk, bob.pk, *(other.pk for other in others)]
    server = servers()
    async with Client(server, alice) as a, Client(server, bob) as b:
        quiet = await round_trips(a, b, birds, 2)
        await warm_up(server, mallory, general, longest)
        before = server.memory()
        attack = await hoard.start(server, mallory, general.pk, longest.pk, people, tabs=tabs, seconds=seconds)
        watch = asyncio.create_task(peak_of(server))
        meanwhile = await round_trips(a, b, birds, seconds)
        told = json.loads((await attack.communicate())[0])
        with measured.time("as before", within=5):
            await until_as_before(a, b, birds, quiet)
        watch.cancel()
        grown = max(await watch) - before
    measured("p95 of others", meanwhile.p95 / 1000, within=length.pick(full=0.3, short=1))
    measured("memory", grown / MB, within=100, unit="MB")

    assert told["done"]["message.edit"] > 5
    assert told["done"]["message.post"] > 5
    assert told["done"][hoard.PICTURE] > 0
    made = Room.objects.filter(created_by=mallory)
    assert await made.exclude(kind=Room.Kind.DIRECT).acount() == told["done"]["room.join"] <= 100
    assert await made.filter(kind=Room.Kind.DIRECT).acount() <= 50
    assert await longest.edits.acount() == 51
    async with Client(server, alice) as a:
        assert {room["id"] for room in a.hello["rooms"]} == {general.pk, birds.pk}


async def warm_up(server: Server, user: User, room: Room, message: Message) -> None:
    """Let the server load everything that it loads only once, such as templates."""
    cookie = await in_thread(session_cookie)(user)
    for path in hoard.pages_of(room.pk, message.pk):
        await in_thread(fetch)(server, path, cookie)


async def peak_of(server: Server) -> list[int]:
    """Return samples of the server's memory, taken until this task is cancelled."""
    seen = [server.memory()]
    try:
        while True:
            await asyncio.sleep(0.05)
            seen.append(server.memory())
    except asyncio.CancelledError:
        return seen


async def until_as_before(one: Client, other: Client, room: Room, quiet: RoundTrips) -> None:
    async with asyncio.timeout(patience(20)):
        while (await round_trips(one, other, room, 0.5)).median > 2 * quiet.median + 5:
            pass
