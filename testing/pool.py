"""Servers that tests share.

Starting one takes a second, so a server with no faults from a test serves the next test too.
"""

from itertools import count
from pathlib import Path

from testing.processes import UNLIMITED, Server

# Servers with other settings are not reused: most settings limit something, and a server remembers its use.
SHARED: list[dict[str, str]] = [{}, UNLIMITED]
MOST_IDLE = 2  # each takes 1 to 2 % of a core even without users: heartbeats, sweeps, checks


class Pool:
    """The servers of one test process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._idle: list[Server] = []  # the most recently used is last
        self._numbers = count()

    @property
    def is_empty(self) -> bool:
        return not self._idle

    def lend(self, kind: type[Server], environment: dict[str, str]) -> Server:
        """Return a running server of that kind and environment, with an empty log.

        Before a special server starts, idle servers are stopped. Every server of a site sweeps, stores last-seen times
        and works at the queue of removals, so an idle server could do work that the test means for its own.
        """
        if not self._is_like_others(kind, environment):
            self.stop_all()
        for server in reversed(self._idle):
            if (type(server), server.environment) == (kind, environment):
                self._idle.remove(server)
                server.log.write_bytes(b"")  # the server appends
                return server
        return kind(self._folder / f"server-{next(self._numbers)}.log", **environment).start()

    def take_back(self, server: Server, *, reusable: bool) -> None:
        """Keep the server for another test, or stop it if the test changed it.

        Fails if the server still holds a connection or a room after the test.
        """
        is_shared = self._is_like_others(type(server), server.environment)
        if not (reusable and is_shared and server.runs and server.is_undisturbed):
            server.stop()
            return
        try:
            state = server.rest()
            assert state.is_at_rest, f"The test is over, and its server still holds something: {state}"
        except BaseException:
            server.stop()
            raise
        self._idle.append(server)
        if state.announced or len(self._idle) > MOST_IDLE:
            self._idle.pop(-1 if state.announced else 0).stop()

    def _is_like_others(self, kind: type[Server], environment: dict[str, str]) -> bool:
        return kind is Server and environment in SHARED

    def stop_all(self) -> None:
        while self._idle:
            self._idle.pop().stop()
