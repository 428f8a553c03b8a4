"""A process that forks our programs: `python -m testing.zygote`, started by the first program of a run.

Starting a server takes a second of CPU, most of it for imports. A zygote imports all modules that read no setting,
once. Each program is a fork of it that goes on as `python -m MODULE` would. The zygote ends with the process that it
serves.
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

# None of them reads settings or starts a thread, and none installs Twisted's reactor, which has open files.
# fmt: off
LIBRARIES = [
    "argon2", "autobahn.twisted.websocket", "channels.generic.websocket", "channels_redis.pubsub", "cryptography.x509",
    "csp", "django.contrib.admin.options", "django.core.management", "django.db.models", "django.forms", "emoji",
    "environs", "fido2", "hiredis", "jwt", "linkify_it", "markdown_it", "msgspec", "nh3", "OpenSSL.SSL",
    "pygments.lexers", "qrcode", "redis.asyncio", "requests", "servestatic", "twisted.internet.posixbase",
    "twisted.web.http",
]
# fmt: on


class Fork:
    """A forked program, with the methods of `subprocess.Popen` that are used. It is not a child of this process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._file = os.pidfd_open(pid)  # a number may be reused by another process later, this file not
        self._ended = False

    def poll(self) -> int | None:
        return self._wait(0)

    def wait(self, timeout: float | None = None) -> int:
        if self._wait(timeout) is None:
            raise subprocess.TimeoutExpired(["fork", str(self.pid)], timeout or 0)
        return 0

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._file, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _wait(self, timeout: float | None) -> int | None:
        if not self._ended and select.select([self._file], [], [], timeout)[0]:
            self._ended = True
            os.close(self._file)
        return 0 if self._ended else None


class Zygote:
    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "testing.zygote", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=Path(__file__).parents[1],
                stdin=subprocess.DEVNULL,
            )
        self._answers = self._socket.makefile("rb")
        self._lock = threading.Lock()  # a reply is for the thread that asked

    def fork(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> Fork:
        """Run a module with arguments, with exactly that environment, and its output in `log`."""
        order = {"command": list(command), "environment": dict(environment), "log": str(log)}
        with self._lock:
            self._socket.sendall(json.dumps(order).encode() + b"\n")
            return Fork(int(self._answers.readline()))


_zygotes: list[Zygote] = []
_lock = threading.Lock()


def zygote() -> Zygote | None:
    """Return the zygote of this process, or None if the system does not support it."""
    if not hasattr(os, "pidfd_open"):
        return None
    with _lock:
        if not _zygotes:
            _zygotes.append(Zygote())
        return _zygotes[0]


def serve(control: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system need not keep the exit status of children
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.freeze()  # otherwise each program's collector would scan all of it, and copy it
    assert "twisted.internet.reactor" not in sys.modules
    for line in control.makefile("rb"):
        if (pid := os.fork()) == 0:
            control.close()
            become(**json.loads(line))
            return
        control.sendall(b"%d\n" % pid)


def become(command: list[str], environment: dict[str, str], log: str) -> None:
    """Continue as `python -m MODULE ARGUMENT…` would have started."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in (1, 2):
        os.dup2(output, number)
    os.close(output)
    os.environ.clear()
    os.environ.update(environment)
    module, *sys.argv[1:] = command
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
