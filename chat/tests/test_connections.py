"""The list of connections over real servers, and disconnecting users."""

import re
import time
from collections.abc import Callable, Iterator

import pytest

from accounts.models import User
from chat.hub.layer import connection_census
from chat.hub.layer.connection_census import RollCall
from chat.models import Room, Status
from chat.permissions.actor import Actor
from chat.services.people.status import set_status
from chat.services.rooms import membership
from chat.services.site import sessions
from chat.tests.helpers.state import written
from chat.tests.helpers.talk import fetch, in_thread, open_room, post
from testing.machine import patience
from testing.processes import Server, Valkey
from testing.sockets import Client, session_cookie
from testing.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

Servers = Callable[..., Server]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture
def by(admin_user: User) -> Actor:
    return Actor(admin_user)


@pytest.fixture
def cookie(admin_user: User) -> str:
    """Return the cookie of an administrator's session."""
    return session_cookie(admin_user)


def roll_of(*usernames: str) -> RollCall:
    """Return the hubs' answers once sockets of exactly these users are connected, one name for each socket."""

    def called() -> RollCall | None:
        roll = connection_census.call()
        found = sorted(socket.username for socket in roll.sockets)
        return roll if found == sorted(usernames) else None

    roll = eventually(called)
    assert roll
    return roll


@pytest.mark.usefixtures("no_other_servers")
class TestRollCall:
    async def test_the_roll_call_lists_every_socket_on_every_server(
        self, servers: Servers, cookie: str, alice: User, bob: User, general: Room
    ) -> None:
        one, other = servers(), servers()
        firefox = {"user_agent_header": FIREFOX}
        async with Client(one, alice, **firefox) as a, Client(one, alice), Client(other, bob):
            await open_room(a, general)
            roll = await in_thread(roll_of)("alice", "alice", "bob")
            assert len(roll.nodes) == 2
            assert {socket.node for socket in roll.sockets} == set(roll.nodes)
            [shown] = [socket for socket in roll.sockets if socket.room]
            assert (shown.room, shown.name, shown.address, shown.device) == (
                general.pk,
                "Alice",
                "127.0.0.1",
                FIREFOX,
            )
            page = await in_thread(fetch)(one, "/site/connections/", cookie)
            assert page.count("data-connection=") == 3
            assert "Firefox on Linux" in page
            assert "general" in page
            found = await in_thread(fetch)(other, "/site/connections/?q=bob", cookie)
            assert found.count("data-connection=") == 1

    async def test_the_connections_page_does_not_name_a_direct_conversation(
        self, server: Server, cookie: str, alice: User
    ) -> None:
        between = await in_thread(membership.create_room)(alice, "between us", kind=Room.Kind.PRIVATE)
        await Room.objects.filter(pk=between.pk).aupdate(kind=Room.Kind.DIRECT)
        async with Client(server, alice) as a:
            await open_room(a, between)
            page = await in_thread(fetch)(server, "/site/connections/", cookie)
            assert "Direct conversation" in page
            assert "between us" not in page

    async def test_the_roll_call_names_the_servers_that_do_not_answer(
        self, servers: Servers, alice: User, bob: User
    ) -> None:
        one, other = servers(), servers()
        async with Client(one, alice), Client(other, bob):
            roll = await in_thread(roll_of)("alice", "bob")
            [lost] = {socket.node for socket in roll.of(bob.pk)}
            other.pause()
            began = time.monotonic()
            roll = await in_thread(connection_census.call)()
            assert time.monotonic() - began < patience(3)
            assert [socket.username for socket in roll.sockets] == ["alice"]
            assert roll.silent == {lost}
            other.resume()

    def test_the_roll_call_leaves_no_subscription_behind(self, valkey: Valkey) -> None:
        with valkey.client() as client:
            before = set(client.pubsub_channels())  # of servers that other tests share
            assert connection_census.call().known
            assert eventually(lambda: set(client.pubsub_channels()) <= before)

    @pytest.fixture
    def silent_redis(self, valkey: Valkey) -> Iterator[None]:
        assert connection_census.call().known
        valkey.pause()
        yield
        valkey.resume()

    @pytest.mark.usefixtures("silent_redis")
    def test_the_roll_call_does_not_wait_for_a_redis_that_answers_nothing(self) -> None:
        began = time.monotonic()
        assert not connection_census.call().known
        assert time.monotonic() - began < patience(3)


@pytest.mark.usefixtures("no_other_servers")
class TestHiddenPeople:
    """Connections of Alice while she is invisible."""

    @pytest.fixture(autouse=True)
    def hides(self, alice: User) -> None:
        set_status(alice, mode=Status.Mode.INVISIBLE)

    async def test_invisible_users_are_not_even_counted(
        self, server: Server, cookie: str, alice: User, bob: User
    ) -> None:
        async with Client(server, alice), Client(server, bob):
            await in_thread(roll_of)("bob")
            connected = words(await in_thread(fetch)(server, "/site/connections/", cookie))
            assert "1 connection" in connected
            assert "alice" not in connected
            assert "1 connection on 1 server" in words(await in_thread(fetch)(server, "/site/", cookie))
            people = words(await in_thread(fetch)(server, "/site/people/?q=alice", cookie))
            assert "alice@example.org active offline 0 never" in people
            hers = await in_thread(fetch)(server, f"/site/people/{alice.pk}/", cookie)
            assert "data-connection" not in hers
            assert "offline" in hers

    async def test_invisible_users_are_listed_where_the_site_lets_administrators_see_them(
        self, servers: Servers, cookie: str, alice: User, bob: User
    ) -> None:
        server = servers(ROOMFUL_ADMINISTRATORS_SEE_HIDDEN="true")
        async with Client(server, alice), Client(server, bob):
            roll = await in_thread(roll_of)("alice", "bob")
            assert {socket.username: socket.hidden for socket in roll.sockets} == {"alice": True, "bob": False}
            page = await in_thread(fetch)(server, "/site/connections/", cookie)
            assert page.count("data-connection=") == 2
            assert "invisible" in page


def words(page: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", page).split())


async def test_to_disconnect_closes_one_tab_of_two_and_is_no_ban(
    servers: Servers, by: Actor, alice: User, general: Room
) -> None:
    one, other = servers(), servers()
    async with Client(one, alice) as a, Client(other, alice) as b:
        await open_room(a, general)
        roll = await in_thread(roll_of)("alice", "alice")
        [connection] = [socket.id for socket in roll.sockets if socket.room]
        await in_thread(sessions.disconnect)(by, connection, alice.pk, "Too many tabs")
        assert await a.closed(timeout=2) == 4003
        assert await post(b, general, "Still here")
    entry = await written().aget()
    assert (entry.act, entry.person_name, entry.reason) == ("connection.ended", "alice", "Too many tabs")
    async with Client(one, alice) as back:
        assert await post(back, general, "Back")
