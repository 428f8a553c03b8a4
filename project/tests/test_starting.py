"""Each way to start the site, as from a terminal."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from project.server import embedded_valkey
from testing.machine import patience
from testing.ports import accepts, free_port
from testing.settings import OURS
from testing.waiting import eventually

pytestmark = pytest.mark.program

SIGN_IN = "/accounts/login/"
ASSET = "/static/admin/css/base.css"
PROGRAMS = Path(sys.executable).parent
SIGNED_IN = """
from accounts.models import User
from testing.sockets import session_cookie
print(session_cookie(User.objects.first()))
"""
A_MINUTE = 60  # seconds


def hears_interrupts() -> None:
    # A background process of a script ignores Ctrl-C, and its children would inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Site:
    """A site that one command started, with its own data folder and port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = folder / "log"
        self.started: list[subprocess.Popen[bytes]] = []

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a fresh terminal, with the settings chosen here."""
        foreign = (*OURS, "DJANGO_SETTINGS_MODULE", "DATABASE_URL")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return inherited | {"ROOMFUL_DATA": str(self.folder), "ROOMFUL_VENV": sys.prefix} | more

    def start(self, *command: str | Path, **environment: str) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env=self.environment(**environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # as in a terminal of its own
                preexec_fn=hears_interrupts,
            )
        self.started.append(process)
        eventually(lambda: self.listens(process), within=A_MINUTE)
        return process

    def run(self, *command: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env=self.environment(**environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=patience(A_MINUTE),
            check=False,
        )

    def listens(self, process: "subprocess.Popen[bytes]") -> bool:
        assert process.poll() is None, self.log.read_text()
        return accepts(self.port)

    def output(self) -> str:
        return self.log.read_text()

    def get(self, path: str) -> str:
        with urlopen(self.url + path, timeout=patience(10)) as response:
            return str(response.read().decode())

    def valkey(self) -> int:
        with embedded_valkey.connect(embedded_valkey.socket_path(self.folder)) as client:
            return int(client.info("server")["process_id"])

    def is_gone(self) -> bool:
        return not accepts(self.port) and not embedded_valkey.answers(embedded_valkey.socket_path(self.folder))

    def clean_up(self) -> None:
        for process in self.started:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            process.wait()
        embedded_valkey.stop(embedded_valkey.socket_path(self.folder))


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site(Path(tempfile.mkdtemp(dir=settings.DATA_DIR)))
    yield site
    site.clean_up()


def interrupt(process: "subprocess.Popen[bytes]") -> None:
    os.killpg(process.pid, signal.SIGINT)  # like Ctrl-C, to every process of the terminal


def terminate(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()


@pytest.mark.parametrize("end", [interrupt, terminate])
def test_bin_dev_serves_and_stops_all_that_it_started(
    site: Site, end: Callable[["subprocess.Popen[bytes]"], None]
) -> None:
    process = site.start("bin/dev", "--port", str(site.port))
    assert "<form" in site.get(SIGN_IN)
    assert "body" in site.get(ASSET)
    assert f"Roomful is at {site.url} " in site.output()
    assert embedded_valkey.answers(embedded_valkey.socket_path(site.folder))

    end(process)
    process.wait(timeout=patience(A_MINUTE))
    eventually(site.is_gone)
    assert "Traceback" not in site.output()


def test_the_folder_of_the_data_may_have_any_name(site: Site) -> None:
    site.folder /= "Alice & Bob's 100% #1?"
    site.folder.mkdir()
    site.start("bin/dev", "--port", str(site.port))
    assert "<form" in site.get(SIGN_IN)
    assert (site.folder / "roomful.sqlite3").exists()


def test_bin_dev_keeps_what_was_stored_and_offers_the_set_up_once(site: Site) -> None:
    process = site.start("bin/dev", PORT=str(site.port))
    eventually(lambda: f"\n\n    Set up Roomful: {site.url}/setup/" in site.output(), within=A_MINUTE)
    said = site.output()
    assert said.index(f"Roomful is at {site.url} ") < said.index("/setup/")  # in the place where it is seen
    interrupt(process)
    process.wait(timeout=patience(A_MINUTE))

    arguments = ["createsuperuser", "--no-input", "--username=alice", "--email=alice@example.org"]
    made = site.run(sys.executable, "manage.py", *arguments, DJANGO_SUPERUSER_PASSWORD="alice's password")
    assert made.returncode == 0, made.stderr

    site.start("bin/dev", PORT=str(site.port))
    assert "/setup/" not in site.output()


def test_valkey_outlives_a_reload(site: Site) -> None:
    site.start("bin/dev", "--port", str(site.port))
    valkey = site.valkey()
    reload(site)
    eventually(lambda: accepts(site.port), within=A_MINUTE)
    assert site.valkey() == valkey


def test_a_reload_closes_sockets_with_1012(site: Site) -> None:
    site.start("bin/dev", "--port", str(site.port), "--demo")
    cookie = site.run(sys.executable, "manage.py", "shell", "--verbosity=0", "--command", SIGNED_IN).stdout.strip()
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
    with connect(f"ws://localhost:{site.port}/ws/", origin=Origin(site.url), additional_headers=headers) as socket:
        assert "hello" in str(socket.recv(timeout=patience(10)))
        reload(site)
        with suppress(ConnectionClosed):
            while socket.recv(timeout=patience(10)):
                pass
        assert socket.protocol.close_code == 1012


def reload(site: Site) -> None:
    def touched() -> bool:
        os.utime(settings.BASE_DIR / "project" / "context.py")
        return "context.py changed, reloading" in site.output()

    site.get(SIGN_IN)  # only imported modules are watched
    eventually(touched, within=A_MINUTE)
    eventually(lambda: not accepts(site.port))


@pytest.mark.parametrize("command", [["bin/dev"], [sys.executable, "manage.py", "runserver"]])
def test_a_port_in_use_is_named_in_one_line(site: Site, command: list[str]) -> None:
    site.start(sys.executable, "manage.py", "runserver", "--noreload", str(site.port))
    refused = site.run(*command, PORT=str(site.port))
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert str(site.port) in refused.stderr
    assert refused.stdout == ""
    assert embedded_valkey.answers(embedded_valkey.socket_path(site.folder))  # the first one goes on


@pytest.mark.parametrize("options", [[], ["--noreload"]])
def test_runserver_serves_by_itself(site: Site, options: list[str]) -> None:
    prepared = site.run(sys.executable, "manage.py", "migrate", "--verbosity=0")
    assert prepared.returncode == 0, prepared.stderr

    process = site.start(sys.executable, "manage.py", "runserver", *options, f"localhost:{site.port}")
    assert "<form" in site.get(SIGN_IN)
    assert "body" in site.get(ASSET)

    interrupt(process)
    process.wait(timeout=patience(A_MINUTE))
    eventually(site.is_gone)


def test_daphne_itself_serves_the_application(site: Site) -> None:
    prepared = site.run(sys.executable, "manage.py", "migrate", "--verbosity=0")
    assert prepared.returncode == 0, prepared.stderr

    daphne = PROGRAMS / "daphne"
    process = site.start(daphne, "--port", str(site.port), "project.asgi:application", PORT=str(site.port))
    assert "<form" in site.get(SIGN_IN)
    assert "body" in site.get(ASSET)

    process.terminate()
    process.wait(timeout=patience(A_MINUTE))
    eventually(site.is_gone)


def test_bin_serve_prints_the_set_up_link_and_collects_files_under_names_that_may_be_kept_for_ever(site: Site) -> None:
    process = site.start("bin/serve", "--port", str(site.port))
    assert f"{site.url}/setup/" in site.output()
    assert f"Listening on 127.0.0.1:{site.port}, for {site.url}" in site.output()
    assets = re.findall(r"/static/[\w/.-]+\.[0-9a-f]{12}\.css", site.get(SIGN_IN))
    assert assets
    with urlopen(site.url + assets[0], timeout=patience(10)) as response:
        assert "immutable" in response.headers["Cache-Control"]

    process.terminate()
    process.wait(timeout=patience(A_MINUTE))
    eventually(site.is_gone)


def test_debugging_is_refused_where_others_can_reach_it(site: Site) -> None:
    refused = site.run(sys.executable, "manage.py", "runserver", "--noreload", f"0.0.0.0:{site.port}")
    assert refused.returncode == 1
    assert "ROOMFUL_DEBUG" in refused.stderr
    assert "Traceback" not in refused.stderr
    with pytest.raises(URLError):
        site.get("/")


def test_an_unusable_python_is_named_in_one_line(site: Site, tmp_path: Path) -> None:
    refused = site.run("bin/dev", PYTHON="/nowhere/python", ROOMFUL_VENV=str(tmp_path / "none"), PORT=str(site.port))
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "3.11" in refused.stderr


def test_a_python_that_cannot_make_environments_is_named_in_one_line(site: Site, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; esac\n')
    python.chmod(0o755)
    refused = site.run("bin/dev", PYTHON=str(python), ROOMFUL_VENV=str(tmp_path / "none"), PORT=str(site.port))
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "venv" in refused.stderr
