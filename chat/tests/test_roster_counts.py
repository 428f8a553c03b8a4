"""Counts of members who are here."""

from collections.abc import Callable

import pytest

from accounts.models import User
from chat.models import Room
from chat.queries.presence import here_counts
from chat.services.rooms import membership
from chat.tests.helpers.roster import lists
from chat.tests.helpers.talk import in_thread, open_room, roster, shows
from testing.in_process import InProcessServer
from testing.processes import Server
from testing.sockets import Client
from testing.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


class TestNumbers:
    async def test_the_number_of_those_here_agrees_wherever_it_is_shown(
        self, servers: Callable[..., Server], alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        # The counts agree at once after a member leaves a room that they have open, or had open a moment ago.
        one, other = servers(PRESENCE_LINGER_MS="60000"), servers(PRESENCE_LINGER_MS="60000")
        await in_thread(membership.join)(mallory, general.pk)
        async with Client(one, alice) as a, Client(other, alice) as elsewhere:
            await open_room(a, general)
            async with Client(other, bob) as b:
                await open_room(b, general)
            async with Client(other, mallory) as m:
                await open_room(m, general)
                await self._all_say(3, a, elsewhere, general)
                await in_thread(membership.leave)(mallory, general.pk)
                await self._all_say(2, a, elsewhere, general)
                await in_thread(membership.leave)(bob, general.pk)  # he closed his tab, and is still lingering
                await self._all_say(1, a, elsewhere, general)

    async def _all_say(self, count: int, looking: Client, listing: Client, room: Room) -> None:
        """Check the sidebar, the list of rooms in a tab, and the count that the index and the admin read."""
        await shows(looking, lambda: roster(looking)["counts"]["here"] == count)
        await shows(listing, lists(listing, room, count))
        await in_thread(eventually)(lambda: here_counts([room.pk]) == {room.pk: count})

    async def test_opening_a_room_tells_the_same_count_as_the_lists(
        self, site: InProcessServer, alice: User, bob: User, general: Room
    ) -> None:
        async with Client(site, bob) as b, Client(site, alice) as a:
            await open_room(b, general)
            await a.event("presence.counted", rooms={str(general.pk): 1})
            assert (await a.command("room.open", room=general.pk))["room"]["here"] == 1
