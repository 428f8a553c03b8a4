"""The fixtures of all tests: people, a real Valkey, real servers, real browsers."""

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

# Presence's keys by which a running server knows that Valkey still has its data.
KEPT_FOR_SERVERS = {"epoch", "node", "nodes", "owned", "version", "swept", "repairing", "done"}

LOGS: pytest.StashKey[list[Path]] = pytest.StashKey()
FAILED: pytest.StashKey[bool] = pytest.StashKey()


@pytest.fixture(scope="session")
def _migrated_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[pytest.MonkeyPatch]:
    """Migrate one database in a run of several processes, which share the folder above their own."""
    with pytest.MonkeyPatch.context() as patch:
        if worker_id != "master":
            template = tmp_path_factory.getbasetemp().parent / "template.sqlite3"
            patch.setattr(migrate.Command, "handle", migrated_once(migrate.Command.handle, template))
        yield patch


@pytest.fixture(scope="session")
def django_db_setup(_migrated_once: pytest.MonkeyPatch, django_db_setup: None, pool: Pool) -> Iterator[None]:
    """Empty the database quickly after each test, and let go of it at the end.

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
    """The connection by which Valkey is emptied: to open one for each test took four times as long as to empty it."""
    with running_valkey.client() as client:
        yield client


@pytest.fixture
def valkey(running_valkey: Valkey, valkey_client: Redis, pool: Pool) -> Iterator[Valkey]:
    """The real Valkey that all of the site uses: nobody is present and nothing is counted when a test begins."""
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
    """Empty Valkey for every test that uses the database: what the site does there, it counts and tells in Valkey.

    A test that asks for neither starts no process.
    """


@pytest.fixture(params=OUTAGES)
def outage(transactional_db: None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Outage]:
    """Each way in which the database can be away; `outage.environment` is for the servers that are to notice it."""
    outage: Outage = request.param(tmp_path)
    yield outage
    outage.close()


@pytest.fixture
def servers(
    transactional_db: None, valkey: Valkey, pool: Pool, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Server]]:
    """Starts servers of the one site: `servers()`, `servers(ROOMFUL_PAGE_LENGTH="5")`.

    One that a test did nothing to but talk serves another test afterwards.
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
    """Stop the servers that wait for another test, which count as servers and do what each does by itself."""
    pool.stop_all()


@pytest.fixture
async def site(transactional_db: None, valkey: Valkey) -> AsyncIterator[InProcessServer]:
    """The site on the test's own event loop, for tests of commands and events: `Client(site, alice)`."""
    async with InProcessServer() as site:
        yield site


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """The Chromium that the tests of this process share. A test that kills its browser has a fixture of its own."""
    chromium = Chromium(tmp_path_factory.mktemp("chromium"))
    yield chromium
    chromium.quit()


@pytest.fixture
def browsers(chromium: Chromium, servers: Callable[..., Server]) -> Iterator[Callable[[], Browser]]:
    """Opens browsers that share nothing, one for each person. They close before the servers are given back."""
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
    """The outsider."""
    return make_person("mallory", "Mallory")


def make_person(username: str, name: str) -> "User":
    """Make a user with a verified e-mail address: signing in with another asks for the code that was mailed."""
    from allauth.account.models import EmailAddress

    from accounts.models import User

    email = f"{username}@example.org"
    person = User.objects.create_user(username, email, f"{username}'s password", display_name=name)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note that a test failed, and show what its servers logged."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
        report.sections += [(log.name, log.read_text(errors="replace")) for log in item.stash.get(LOGS, [])]
    return report
