"""Tells when a Redis that shows fewer people cannot be believed: when it has just lost everything."""

import time

from presence.conf import conf
from presence.errors import PresenceUnavailable


class Epochs:
    """The lives of the data, as one process saw them. From any thread.

    After a new one began, servers need their time (`Conf.return_ms`) to assert their people again. A process that has
    seen no other one before has to believe what it finds.
    """

    def __init__(self) -> None:
        self._seen = ""
        self._doubtful_until = 0.0

    def check(self, epoch: str) -> None:
        """`epoch` is what Redis has now, if anything. Raises PresenceUnavailable where that tells nothing of people."""
        if self._seen and epoch != self._seen:
            self._doubtful_until = time.monotonic() + conf().return_ms / 1000
        self._seen = epoch or self._seen
        if time.monotonic() < self._doubtful_until:
            raise PresenceUnavailable("Redis has lost everything, and the servers are asserting their people again")

    def forget(self) -> None:
        """Begin anew, as a process that has seen none."""
        self._seen, self._doubtful_until = "", 0.0
