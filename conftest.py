"""The fixtures of all tests: people, a real Valkey, real servers, real browsers."""

import asyncio
import itertools
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from selenium.webdriver import Chrome

from presence import reads
from project.testing.browsers import open_browser
from project.testing.processes import Server, Valkey

if TYPE_CHECKING:
    from accounts.models import User

pytest_plugins = ["project.testing.rows"]

LOGS: pytest.StashKey[list[Path]] = pytest.StashKey()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """PostgreSQL drops no database that somebody is connected to, and the thread of asynchronous tests is."""
    yield
    asyncio.run(sync_to_async(connections.close_all)())


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    valkey = Valkey(settings.DATA_DIR).start()
    yield valkey
    valkey.stop()


@pytest.fixture(autouse=True)
def _empty_valkey(valkey: Valkey) -> None:
    """Nobody is present and nothing is counted when a test begins."""
    with valkey.client() as client:
        client.flushall()
    reads.epochs.forget()


@pytest.fixture
def servers(
    transactional_db: None, valkey: Valkey, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Server]]:
    """Starts servers of the one site: `servers()`, `servers(ROOMFUL_PAGE_LENGTH="5")`."""
    started: list[Server] = []
    logs = request.node.stash[LOGS] = []

    def start(kind: type[Server] = Server, **environment: str) -> Server:
        server = kind(tmp_path / f"server-{len(started)}.log", **environment)
        started.append(server)
        logs.append(server.log)
        return server.start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def server(servers: Callable[..., Server]) -> Server:
    return servers()


@pytest.fixture
def browsers(tmp_path: Path) -> Iterator[Callable[[], Chrome]]:
    """Opens browsers that share nothing, one for each person."""
    opened: list[Chrome] = []
    numbers = itertools.count()

    def open_another() -> Chrome:
        opened.append(open_browser(tmp_path / f"browser-{next(numbers)}"))
        return opened[-1]

    yield open_another
    for browser in opened:
        browser.quit()


@pytest.fixture
def browser(browsers: Callable[[], Chrome]) -> Chrome:
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
    """With a verified e-mail address: signing in with another asks for the code that was mailed."""
    from allauth.account.models import EmailAddress

    from accounts.models import User

    email = f"{username}@example.org"
    person = User.objects.create_user(username, email, f"{username}'s password", display_name=name)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the servers of a failed test had to say."""
    report = yield
    if report.failed:
        report.sections += [(log.name, log.read_text(errors="replace")) for log in item.stash.get(LOGS, [])]
    return report
