"""Servers that are compared, and how each is started."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.fanout.cores import SERVER, started_on
from bench.fanout.dialects import Dialect, Roomful, Seat, SocketIO, Tutorial
from bench.fanout.figures import Size
from testing.ports import accepts, free_port
from testing.processes import UNLIMITED, Valkey
from testing.waiting import eventually

START_SECONDS = 60.0
STOP_SECONDS = 15.0

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
SERVERS = "bench.fanout.servers"


class Unavailable(Exception):
    """The server cannot run here, for the reason in the message."""


@dataclass(frozen=True, slots=True)
class Site:
    """A running server, and the seats of its crowd."""

    name: str
    dialect: Dialect
    seats: list[list[Seat]]
    port: int
    pid: int
    valkey_pid: int


class Contender:
    name: str
    dialect = Dialect()
    path = "/room/{room}"

    def __init__(self, folder: Path, valkey: Valkey) -> None:
        self.folder = folder
        self.valkey = valkey

    def prepare(self, sizes: Sequence[Size]) -> None:
        """Do the work that is needed once, before the first start. Raises Unavailable."""

    def command(self, port: int) -> list[str]:
        raise NotImplementedError

    def environment(self, port: int) -> dict[str, str]:
        return {}

    def seats(self, size: Size) -> list[list[Seat]]:
        return [[Seat(self.path.format(room=room))] * size.people for room in range(size.rooms)]

    @contextmanager
    def running(self, size: Size) -> Iterator[Site]:
        """Run a new process on the server's core, and end it afterwards."""
        assert self.valkey.process
        port = free_port()
        self.valkey.client().flushall()
        process = self._start(port)
        try:
            eventually(lambda: self._listens(process, port), within=START_SECONDS)
            yield Site(self.name, self.dialect, self.seats(size), port, process.pid, self.valkey.process.pid)
        finally:
            _end(process)

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def _start(self, port: int) -> "subprocess.Popen[bytes]":
        with self.log.open("wb") as log, started_on(SERVER):
            return subprocess.Popen(
                self.command(port),
                cwd=PROJECT,
                env=os.environ | {"REDIS_URL": self.valkey.url} | self.environment(port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches only this process, which ends its servers
            )

    def _listens(self, process: "subprocess.Popen[bytes]", port: int) -> bool:
        assert process.poll() is None, f"{self.name} has ended:\n{self.log.read_text(errors='replace')}"
        return accepts(port)


class TutorialOnDaphne(Contender):
    name = "tutorial"
    dialect = Tutorial()
    path = "/ws/chat/room{room}/"

    def command(self, port: int) -> list[str]:
        return [sys.executable, "-m", "daphne", "--port", str(port), f"{SERVERS}.tutorial.asgi:application"]

    def environment(self, port: int) -> dict[str, str]:
        return {"DJANGO_SETTINGS_MODULE": f"{SERVERS}.tutorial.settings"}


class SocketIOOnNode(Contender):
    name = "socketio"
    dialect = SocketIO()
    path = "/socket.io/?EIO=4&transport=websocket&room=room{room}"

    def prepare(self, sizes: Sequence[Size]) -> None:
        """Install its packages into a folder of this run."""
        if not (shutil.which("node") and shutil.which("npm")):
            raise Unavailable("there is no node or no npm on this machine")
        shutil.copytree(HERE / "servers" / "socketio", self.program.parent)
        install = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
        done = subprocess.run(install, cwd=self.program.parent, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(f"npm could not install its packages: {done.stderr.strip()}")

    @property
    def program(self) -> Path:
        return self.folder / "socketio" / "server.js"

    def command(self, port: int) -> list[str]:
        return ["node", str(self.program)]

    def environment(self, port: int) -> dict[str, str]:
        return {"PORT": str(port), "REDIS_SOCKET": str(self.valkey.socket), "NODE_ENV": "production"}


class Websockets(Contender):
    name = "websockets"

    def command(self, port: int) -> list[str]:
        return [sys.executable, "-m", f"{SERVERS}.broadcast", str(port)]


class OurSite(Contender):
    """Base of our two servers: the site's settings with its own data, and without rate limits."""

    def environment(self, port: int) -> dict[str, str]:
        return self.data | UNLIMITED | {"ROOMFUL_ORIGINS": f"http://127.0.0.1:{port}"}

    @property
    def data(self) -> dict[str, str]:
        return {"DJANGO_SETTINGS_MODULE": "project.settings", "ROOMFUL_DATA": str(self.folder / "data")}


class RoomfulHub(OurSite):
    name = "roomful-hub"

    def command(self, port: int) -> list[str]:
        return [sys.executable, "-m", f"{SERVERS}.hub", str(port)]


class WholeRoomful(OurSite):
    """All users have an account, a session and a membership; posts are stored, and presence is kept."""

    name = "roomful"
    dialect = Roomful()

    def prepare(self, sizes: Sequence[Size]) -> None:
        self._run(["manage.py", "migrate", "--verbosity", "0"])
        shapes = json.dumps([[size.rooms, size.people] for size in sizes])
        rooms = json.loads(self._run(["-m", f"{SERVERS}.people", shapes]))
        self._seats = {
            size: [[Seat("/ws/", {"Cookie": cookie}, room["id"]) for cookie in room["cookies"]] for room in made]
            for size, made in zip(sizes, rooms, strict=True)
        }

    def seats(self, size: Size) -> list[list[Seat]]:
        return self._seats[size]

    def command(self, port: int) -> list[str]:
        return [sys.executable, "-m", "project.server", "--port", str(port)]

    def _run(self, arguments: list[str]) -> str:
        environment = os.environ | {"REDIS_URL": self.valkey.url} | self.data
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout


CONTENDERS: dict[str, type[Contender]] = {
    contender.name: contender for contender in (TutorialOnDaphne, SocketIOOnNode, Websockets, WholeRoomful, RoomfulHub)
}


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
