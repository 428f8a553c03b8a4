"""`hello` is the first frame on every socket, and changes made while it is built come after it."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from accounts.models import User
from chat.hub import queries
from chat.models import Room
from chat.permissions.actor import Actor
from chat.services.moderation import moderation
from chat.services.rooms import membership
from chat.tests.helpers.talk import in_thread, open_room, shows
from testing.in_process import InProcessServer
from testing.machine import patience
from testing.sockets import Client

pytestmark = pytest.mark.django_db(transaction=True)


class SlowRead:
    """A read of the rooms for a greeting that returns only when the test allows it."""

    def __init__(self, read: Callable[[int], object]) -> None:
        self.is_done, self.may_return = threading.Event(), threading.Event()
        self._read = read

    def __call__(self, user: int) -> object:
        answer = self._read(user)
        self.is_done.set()
        assert self.may_return.wait(patience(10))
        return answer


@pytest.fixture
def slow_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], SlowRead]]:
    """Return a function that makes the next greetings slow."""
    slow = SlowRead(queries.greeting)

    def begin() -> SlowRead:
        monkeypatch.setattr(queries, "greeting", slow)
        return slow

    yield begin
    slow.may_return.set()


async def test_counts_new_rooms_and_removals_during_a_slow_greeting_come_after_hello(
    site: InProcessServer, slow_read: Callable[[], SlowRead], alice: User, bob: User, general: Room
) -> None:
    hall = await in_thread(membership.create_room)(alice, "hall")
    await in_thread(membership.join)(bob, hall.pk)
    async with Client(site, alice) as a:
        slow = slow_read()
        b = Client(site, bob)
        connecting = asyncio.create_task(b.__aenter__())
        await asyncio.to_thread(slow.is_done.wait, patience(5))
        await open_room(a, hall)
        await a.event("presence.counted", rooms={str(hall.pk): 1})
        late = await in_thread(membership.create_room)(alice, "late", kind=Room.Kind.PRIVATE)
        await in_thread(membership.add_member)(late.pk, bob)
        await in_thread(moderation.remove_member)(Actor(alice), general.pk, bob.pk)
        await a.event("member.left", room=general.pk)
        slow.may_return.set()
        await connecting  # asserts that hello comes first
        assert {room["name"] for room in b.hello["rooms"]} == {"general", "hall"}
        assert (await b.event("room.gained"))["room"]["name"] == "late"
        await b.event("room.lost", room=general.pk)
        await shows(b, lambda: counts(b).get(str(hall.pk)) == 1)
        await b.__aexit__()


def counts(client: Client) -> dict[str, int]:
    """Return how many users have each room open, as the client knows it."""
    known = {str(room["id"]): room["here"] for room in client.hello["rooms"]}
    for event in client.seen("presence.counted"):
        known |= event["rooms"]
    return known
