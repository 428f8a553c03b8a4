"""Tests of another Django project, without a chat, on plain Daphne. It has only what presence/README.md shows."""

import asyncio
import json
import os
import textwrap
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect

from presence.tests.helpers.valkey import Valkey
from testing.machine import patience
from testing.processes import Program

pytestmark = pytest.mark.program

ALICE, BOB = 1, 2
HERE = Path(__file__).parent
README = (HERE.parent / "README.md").read_text(encoding="utf-8")
FILES = ("settings.py", "consumers.py", "views.py")


class OtherServer(Program):
    program = ("daphne", "presence.tests.other_project.asgi:application")

    def __init__(self, log: Path, redis_url: str) -> None:
        super().__init__(log)
        self.redis_url = redis_url

    def arguments(self) -> list[str]:
        return ["--bind", "127.0.0.1", "--port", str(self.port)]

    def surroundings(self) -> dict[str, str]:
        return {"DJANGO_SETTINGS_MODULE": "presence.tests.other_project.settings", "REDIS_URL": self.redis_url}


class Page:
    """A user's socket, and the users who are on the page according to its messages."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.people: set[int] = set()

    async def shows(self, *people: int) -> None:
        async with asyncio.timeout(patience(15)):
            while self.people != set(people):
                diff = json.loads(await self.socket.recv())
                self.people = (self.people | set(diff["joined"])) - set(diff["left"])


@asynccontextmanager
async def page_of(server: OtherServer, user: int) -> AsyncIterator[Page]:
    async with connect(f"ws://127.0.0.1:{server.port}/pages/7/?user={user}") as socket:
        yield Page(socket)


@pytest.fixture
def other_servers(valkey: Valkey, tmp_path: Path) -> Iterator[Callable[[], OtherServer]]:
    started: list[OtherServer] = []

    def start() -> OtherServer:
        started.append(OtherServer(tmp_path / f"other-{len(started)}.log", valkey.url))
        return started[-1].start()

    yield start
    for server in started:
        server.stop()


def counts(server: OtherServer) -> list[int]:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/", timeout=patience(15)) as answer:
        found: list[int] = json.load(answer)
        return found


@pytest.mark.parametrize("file", FILES)
def test_the_other_project_has_what_the_readme_shows(file: str) -> None:
    shown = code_of(file)
    assert shown
    assert shown in (HERE / "other_project" / file).read_text(encoding="utf-8")


def test_the_readmes_example_takes_at_most_22_lines() -> None:
    assert sum(len([line for line in code_of(file).splitlines() if line]) for file in FILES) <= 22


async def test_the_readmes_example_shows_users_joining_and_leaving(other_servers: Callable[[], OtherServer]) -> None:
    server = other_servers()
    async with page_of(server, ALICE) as hers:
        await hers.shows(ALICE)
        async with page_of(server, BOB) as his:
            await hers.shows(ALICE, BOB)
            await his.shows(ALICE, BOB)
            assert await asyncio.to_thread(counts, server) == [2, 0]
        await hers.shows(ALICE)


async def test_the_users_of_a_killed_server_leave_the_pages_of_another(
    other_servers: Callable[[], OtherServer],
) -> None:
    server, killed = await asyncio.gather(*(asyncio.to_thread(other_servers) for _ in range(2)))
    async with page_of(server, ALICE) as hers, page_of(killed, BOB) as his:
        await hers.shows(ALICE, BOB)
        await his.shows(ALICE, BOB)

        os.kill(killed.pid, 9)

        await hers.shows(ALICE)
        assert await asyncio.to_thread(counts, server) == [1, 0]


def code_of(file: str) -> str:
    """Return the README's code block for a file, up to the first `count(…)  # [3, 0]`."""
    block = README.partition("## Use\n")[2].partition("\nwith `from ")[0]
    text = textwrap.dedent(block).partition(f"# {file}\n")[2]
    text = text.partition("\n# ")[0].strip()
    return text.partition("  # [")[0] if file == "views.py" else text
