"""Servers that tests borrow. One that a test only talked to serves the next test too: to start one costs a second."""

from itertools import count
from pathlib import Path

from testing.processes import UNLIMITED, Server

# Other settings are a test's own: most limit something, and a server remembers how much of it was used.
SHARED: list[dict[str, str]] = [{}, UNLIMITED]
MOST_IDLE = 2  # each takes 1 to 2 % of a core even without users: heartbeats, sweeps, checks


class Pool:
    """The servers of one test process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._idle: list[Server] = []  # the one that was used last stands last
        self._numbers = count()

    @property
    def is_empty(self) -> bool:
        return not self._idle

    def lend(self, kind: type[Server], environment: dict[str, str]) -> Server:
        """Return a running server of that kind and environment, whose log is empty.

        For one that is not as others are, those that wait are stopped: every server of a site sweeps, notes who left
        and works at the queue of removals, and what a test set for its own would be done by another.
        """
        if not self._is_like_others(kind, environment):
            self.stop_all()
        for server in reversed(self._idle):
            if (type(server), server.environment) == (kind, environment):
                self._idle.remove(server)
                server.log.write_bytes(b"")  # it appends
                return server
        return kind(self._folder / f"server-{next(self._numbers)}.log", **environment).start()

    def take_back(self, server: Server, *, reusable: bool) -> None:
        """Keep the server for another test, or stop it where the test did something to it.

        Fails where the server still holds a connection or a room after the test.
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
