"""Adaptive throttle: 0.1 s after the first change, backing off to 1 s while changes continue."""

import asyncio
from collections.abc import Callable

SOONEST_SECONDS = 0.1  # the delay of a change after a quiet time
LATEST_SECONDS = 1.0  # the longest delay: a storm of changes is a few frames


class Throttle:
    """Calls `tell` within SOONEST_SECONDS of the first `soon`.

    Each further change without a pause doubles the delay, up to LATEST_SECONDS. After a pause of that delay, it starts
    over.
    """

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._wait = SOONEST_SECONDS
        self._told_at = float("-inf")
        self._due: asyncio.TimerHandle | None = None

    def soon(self) -> None:
        if self._due is None:
            quiet = self._loop.time() - self._told_at
            self._wait = SOONEST_SECONDS if quiet > self._wait else min(2 * self._wait, LATEST_SECONDS)
            self._due = self._loop.call_later(self._wait, self._tell_now)

    def stop(self) -> None:
        if self._due is not None:
            self._due.cancel()

    def _tell_now(self) -> None:
        self._due = None
        self._told_at = self._loop.time()
        self._tell()
