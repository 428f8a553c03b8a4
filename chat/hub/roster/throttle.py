"""When to tell what goes on changing: soon, and less and less often while it does."""

import asyncio
from collections.abc import Callable

SOONEST_SECONDS = 0.1  # what changes after a while of quiet is told within that
LATEST_SECONDS = 1.0  # and nothing is told later than that: a storm is a few frames


class Throttle:
    """Calls `tell` within SOONEST_SECONDS of the first `soon`.

    Each time that more follows at once, it takes twice as long as before, up to LATEST_SECONDS; once it was quiet for
    as long, it begins anew.
    """

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._wait = SOONEST_SECONDS
        self._told_at = float("-inf")
        self._due: asyncio.TimerHandle | None = None

    def soon(self) -> None:
        """Something is to be told."""
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
