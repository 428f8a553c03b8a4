"""Programs that a test starts, kills, pauses and restarts."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import connection
from redis import Redis
from websockets.asyncio.client import connect
from websockets.typing import Origin

from project.server import embedded_valkey
from testing.length import length
from testing.machine import patience
from testing.ports import Reservation, accepts
from testing.site import REST_SECONDS, State
from testing.waiting import eventually
from testing.zygote import Fork, zygote

# Settings for servers that programs use faster than people do.
UNLIMITED = {
    "ROOMFUL_POSTS_PER_MINUTE": "0",
    "ROOMFUL_COMMANDS_PER_MINUTE": "0",
    "ROOMFUL_RENDERING_MS_PER_MINUTE": "0",
    "ROOMFUL_ANSWER_BYTES_PER_SECOND": "0",
    "ROOMFUL_SOCKETS": "0",
    "ROOMFUL_HANDSHAKES_PER_MINUTE": "0",
    "ROOMFUL_ROOMS_MADE": "0",
}
START_SECONDS = 30.0


class Program:
    """A process that listens on its own loopback port. After a restart it has the same port."""

    program: tuple[str, ...]

    def __init__(self, log: Path) -> None:
        self._reservation = Reservation()
        self.port = self._reservation.port
        self.log = log
        self.process: subprocess.Popen[bytes] | Fork | None = None
        self.is_undisturbed = True
        """True if it was neither stopped nor paused since its first start."""

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> Self:
        """Start on the reserved port, and wait until it listens."""
        self.process = self._run([*self.program, *self.arguments()], os.environ | self.surroundings())
        eventually(self.listens, within=START_SECONDS)
        return self

    def _run(self, command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes] | Fork":
        if ours := zygote():
            return ours.fork(command, environment, self.log)
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=settings.BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def arguments(self) -> list[str]:
        return []

    def surroundings(self) -> dict[str, str]:
        """Return additional environment variables."""
        return {}

    def listens(self) -> bool:
        assert self.process
        assert self.process.poll() is None, f"{self.program[0]} has ended:\n{self.log.read_text()}"
        return accepts(self.port)

    def ended(self) -> None:
        """Wait until the process ends by itself."""
        assert self.process
        self.process.wait(timeout=patience(15))

    def stop(self) -> None:
        self._end_by(signal.SIGTERM)

    def kill(self) -> None:
        self._end_by(signal.SIGKILL)

    def pause(self) -> None:
        """Stop the process with SIGSTOP: it receives data and never answers."""
        self.is_undisturbed = False
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _end_by(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        self.is_undisturbed = False
        self.process.send_signal(number)
        self.process.send_signal(signal.SIGCONT)
        try:
            self.process.wait(timeout=patience(15))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


class Server(Program):
    """A real server, our Daphne, in a separate process on the test database. `door` shows its state."""

    program: tuple[str, ...] = ("testing.site",)

    def __init__(self, log: Path, **environment: str) -> None:
        super().__init__(log)
        self.environment = environment
        # short, because socket paths are limited
        self.door = Path(tempfile.gettempdir(), f"roomful-{os.getpid()}-{self.port}.sock")

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    url = origin

    def arguments(self) -> list[str]:
        return ["--port", str(self.port)]

    def surroundings(self) -> dict[str, str]:
        return self.its_site() | self.environment

    def start(self) -> Self:
        self.door.unlink(missing_ok=True)  # left over from a killed server
        return super().start()

    def listens(self) -> bool:
        return super().listens() and (self.door.exists() or self.program != Server.program)

    def its_site(self) -> dict[str, str]:
        """Return the site's settings, on the test's database, with the origins of this server's port."""
        origins = [f"http://{host}:{self.port}" for host in ("localhost", "127.0.0.1")]
        return {
            "DJANGO_SETTINGS_MODULE": "project.settings" if length.full else "testing.server_settings",
            "DATABASE_URL": database_url(),
            "PORT": str(self.port),
            "ROOMFUL_ORIGINS": ",".join(origins),
            "TEST_DOOR": str(self.door),
        }

    def open_socket(self, origin: str | None, headers: dict[str, str], **options: Any) -> connect:
        return connect(
            f"ws://127.0.0.1:{self.port}/ws/",
            origin=None if origin is None else Origin(origin),
            additional_headers=headers,
            proxy=None,
            max_size=None,
            **options,
        )

    def rest(self) -> State:
        """Wait until the server is idle and holds no connection, and return the state that is left."""
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(patience(REST_SECONDS + 5))
            door.connect(str(self.door))
            answer = b"".join(iter(lambda: door.recv(65_536), b""))
        return State(**json.loads(answer))

    def memory(self) -> int:
        """Return the memory in use, in bytes."""
        status = Path(f"/proc/{self.pid}/statm")
        if status.exists():
            return int(status.read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        kilobytes = subprocess.run(["ps", "-o", "rss=", "-p", str(self.pid)], capture_output=True, check=True)
        return int(kilobytes.stdout) * 1024


class PlainServer(Server):
    """Plain Daphne, since any ASGI server must work."""

    program = ("daphne", "project.asgi:application")


class Uvicorn(Server):
    """Uvicorn instead of Daphne. Its `send` waits for a slow reader, unlike Daphne's."""

    program = ("uvicorn", "project.asgi:application", "--no-access-log")


class FaultyServer(Server):
    """A server that fails when a message tells it to (testing/faults.py)."""

    program = ("testing.faults",)


class WrongClockServer(Server):
    """A server on a host with a wrong clock (testing/clocks.py): `TEST_CLOCK="600"`."""

    program = ("testing.clocks",)


class Proxy(Program):
    """A proxy to another server. When killed it refuses connections; when paused it answers nothing."""

    program = ("testing.proxy",)

    def __init__(self, log: Path, upstream: str) -> None:
        super().__init__(log)
        self.upstream = upstream  # a socket's path, or host:port

    def arguments(self) -> list[str]:
        return [str(self.port), self.upstream]


class Valkey:
    """A real Valkey in a folder, without a port: `url` names its socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "valkey.sock"
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None
        self.is_undisturbed = True
        """True if it was neither stopped nor paused since this was last set."""

    def start(self) -> Self:
        self.process = embedded_valkey.start(self.folder, self.socket)
        return self

    def stop(self) -> None:
        """Stop it, and lose all its data."""
        self.is_undisturbed = False
        if self.process:
            self.resume()
            self.process.kill()
            self.process.wait()
        self.process = None

    def pause(self) -> None:
        """Stop the process with SIGSTOP: it receives data and never answers."""
        assert self.process
        self.is_undisturbed = False
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def client(self) -> Redis:
        return Redis(unix_socket_path=str(self.socket), decode_responses=True)


def database_url() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(name)}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
