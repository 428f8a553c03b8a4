"""Pool of servers that tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.models import User
from chat.models import Room
from chat.services.rooms.membership import create_room
from chat.tests.helpers.talk import in_thread, post
from testing.pool import Pool
from testing.processes import UNLIMITED, PlainServer, Server
from testing.sockets import Client

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def own_pool(tmp_path: Path) -> Iterator[Pool]:
    pool = Pool(tmp_path)
    yield pool
    pool.stop_all()


@pytest.fixture
def room(alice: User) -> Room:
    return create_room(alice, "general")


async def test_a_server_that_a_test_only_talked_to_is_lent_again_with_an_empty_log(
    own_pool: Pool, alice: User, room: Room
) -> None:
    server = await in_thread(own_pool.lend)(Server, {})
    async with Client(server, alice) as client:
        await post(client, room, "Hello")
    assert server.log.read_text()
    await in_thread(own_pool.take_back)(server, reusable=True)
    again = await in_thread(own_pool.lend)(Server, {})
    assert (again, again.pid, again.log.read_text()) == (server, server.pid, "")
    await in_thread(own_pool.take_back)(again, reusable=True)


async def test_a_server_that_still_holds_a_connection_fails_its_test_and_is_stopped(
    own_pool: Pool, alice: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_REST_SECONDS", "0.1")
    server = await in_thread(own_pool.lend)(Server, {})
    async with Client(server, alice):
        with pytest.raises(AssertionError, match="connections=1, rooms=1"):
            await in_thread(own_pool.take_back)(server, reusable=True)
    assert not server.runs


def test_a_server_that_was_paused_is_not_lent_again(own_pool: Pool) -> None:
    server = own_pool.lend(Server, {})
    server.pause()
    server.resume()
    own_pool.take_back(server, reusable=True)
    assert (server.runs, own_pool.is_empty) == (False, True)


@pytest.mark.parametrize(
    ("kind", "environment", "is_kept"),
    [
        (Server, {}, True),
        (Server, UNLIMITED, True),
        (Server, {"ROOMFUL_SOCKETS": "1"}, False),
        (PlainServer, {}, False),
    ],
)
def test_only_servers_as_most_tests_use_them_are_kept(
    own_pool: Pool, kind: type[Server], environment: dict[str, str], is_kept: bool
) -> None:
    own_pool.take_back(own_pool.lend(kind, environment), reusable=True)
    assert own_pool.is_empty is not is_kept
