"""Last-seen times, over real servers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from chat.models import Room
from chat.tests.helpers.status import Servers, last_seen, looking, seen
from chat.tests.helpers.talk import here, in_thread, shows, sidebar
from testing.length import Length
from testing.outages import Outage
from testing.sockets import Client

pytestmark = pytest.mark.django_db(transaction=True)


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
                await length.elapse(full=10, short=1.5)  # longer than the write-behind delay
                assert not seen(b, "alice").get("last_seen")
            finally:
                await in_thread(outage.end)()
            await shows(b, lambda: seen(b, "alice").get("last_seen"), within=15)
            left_at = await last_seen(alice)
            assert left_at is not None
            assert gone_by - timedelta(seconds=3) < left_at < gone_by
