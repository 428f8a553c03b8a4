"""Fixtures of all tests: users, a real Valkey, real servers, real browsers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from redis import Redis

from chat.runtime.connection_pool import close_reserve
from presence import reads
from presence.keys import parts_of
from project.management.commands import migrate
from testing.browsers import Browser, Chromium
from testing.database import delete_rows, migrated_once
from testing.in_process import InProcessServer
from testing.outages import OUTAGES, Outage
from testing.pool import Pool
from testing.processes import Server, Valkey

if TYPE_CHECKING:
    from accounts.models import User

pytest_plugins = [
    "testing.rows",
    "testing.quick",
    "testing.scheduler",
    "testing.garbage",
]

# A running server checks these keys of presence to see that Valkey still has its data.
KEPT_FOR_SERVERS = {"epoch", "node", "nodes", "owned", "version", "swept", "repairing", "done"}

LOGS: pytest.StashKey[list[Path]] = pytest.StashKey()
FAILED: pytest.StashKey[bool] = pytest.StashKey()


@pytest.fixture(scope="session")
def _migrated_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[pytest.MonkeyPatch]:
    """Migrate one database for a run of several processes, which share the parent of their temporary folders."""
    with pytest.MonkeyPatch.context() as patch:
        if worker_id != "master":
            template = tmp_path_factory.getbasetemp().parent / "template.sqlite3"
            patch.setattr(migrate.Command, "handle", migrated_once(migrate.Command.handle, template))
        yield patch


@pytest.fixture(scope="session")
def django_db_setup(_migrated_once: pytest.MonkeyPatch, django_db_setup: None, pool: Pool) -> Iterator[None]:
    """Empty the database quickly after each test, and close its connections at the end.

    PostgreSQL drops no database with connections, and servers and the thread of asynchronous tests have some.
    """
    _migrated_once.undo()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", delete_rows)
        yield
    pool.stop_all()
    asyncio.run(sync_to_async(connections.close_all)())
    close_reserve()


@pytest.fixture(scope="session")
def running_valkey() -> Iterator[Valkey]:
    valkey = Valkey(settings.DATA_DIR).start()
    yield valkey
    valkey.stop()


@pytest.fixture(scope="session")
def pool(running_valkey: Valkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    pool = Pool(tmp_path_factory.mktemp("servers"))
    yield pool
    pool.stop_all()


@pytest.fixture(scope="session")
def valkey_client(running_valkey: Valkey) -> Iterator[Redis]:
    """Keep the connection that empties Valkey: opening one for each test took four times as long as emptying it."""
    with running_valkey.client() as client:
        yield client


@pytest.fixture
def valkey(running_valkey: Valkey, valkey_client: Redis, pool: Pool) -> Iterator[Valkey]:
    """Provide the real Valkey of the site, with no one present and no counts when a test begins."""
    running_valkey.is_undisturbed = True
    if pool.is_empty:
        valkey_client.flushall()
    elif keys := [key for key in valkey_client.scan_iter() if parts_of(key)[0] not in KEPT_FOR_SERVERS]:
        valkey_client.delete(*keys)
    reads.epochs.forget()
    yield running_valkey
    if not running_valkey.is_undisturbed:
        pool.stop_all()


@pytest.fixture
def _django_db_helper(valkey: Valkey, _django_db_helper: None) -> None:
    """Empty Valkey for every test that uses the database: the site's writes there also change Valkey.

    A test that uses neither starts no process.
    """


@pytest.fixture(params=OUTAGES)
def outage(transactional_db: None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Outage]:
    """Take the database away in each possible way; `outage.environment` is for the servers that must notice it."""
    outage: Outage = request.param(tmp_path)
    yield outage
    outage.close()


@pytest.fixture
def servers(
    transactional_db: None, valkey: Valkey, pool: Pool, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Server]]:
    """Start servers of the one site: `servers()`, `servers(ROOMFUL_PAGE_LENGTH="5")`.

    A server that a test neither stopped nor paused serves another test afterwards.
    """
    lent: list[Server] = []
    logs = request.node.stash[LOGS] = []

    def start(kind: type[Server] = Server, **environment: str) -> Server:
        server = pool.lend(kind, environment)
        lent.append(server)
        logs.append(server.log)
        return server

    yield start
    sound = valkey.is_undisturbed and not request.node.stash.get(FAILED, False)
    for number, server in enumerate(lent):
        try:
            pool.take_back(server, reusable=sound)
        except BaseException:
            for other in lent[number + 1 :]:
                other.stop()
            raise


@pytest.fixture
def server(servers: Callable[..., Server]) -> Server:
    return servers()


@pytest.fixture
def no_other_servers(pool: Pool) -> None:
    """Stop the idle servers of the pool, which count as servers of the site and work on its queues."""
    pool.stop_all()


@pytest.fixture
async def site(transactional_db: None, valkey: Valkey) -> AsyncIterator[InProcessServer]:
    """Run the site on the test's own event loop, for tests of commands and events: `Client(site, alice)`."""
    async with InProcessServer() as site:
        yield site


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Run the Chromium that the tests of this process share. A test that kills its browser has its own fixture."""
    chromium = Chromium(tmp_path_factory.mktemp("chromium"))
    yield chromium
    chromium.quit()


@pytest.fixture
def browsers(chromium: Chromium, servers: Callable[..., Server]) -> Iterator[Callable[[], Browser]]:
    """Open browsers that share nothing, one for each user. They close before the servers return to the pool."""
    opened: list[Browser] = []

    def open_another() -> Browser:
        opened.append(chromium.open())
        return opened[-1]

    yield open_another
    for browser in opened:
        browser.quit()


@pytest.fixture
def browser(browsers: Callable[[], Browser]) -> Browser:
    return browsers()


@pytest.fixture
def alice(db: None) -> "User":
    return make_person("alice", "Alice")


@pytest.fixture
def bob(db: None) -> "User":
    return make_person("bob", "Bob")


@pytest.fixture
def mallory(db: None) -> "User":
    return make_person("mallory", "Mallory")


def make_person(username: str, name: str) -> "User":
    """Create a user with a verified email address. Without one, sign-in asks for an emailed code."""
    from allauth.account.models import EmailAddress

    from accounts.models import User

    email = f"{username}@example.org"
    person = User.objects.create_user(username, email, f"{username}'s password", display_name=name)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note that a test failed, and show the logs of its servers."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
        report.sections += [(log.name, log.read_text(errors="replace")) for log in item.stash.get(LOGS, [])]
    return report
