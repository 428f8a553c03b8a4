"""Doubt about a Redis that shows fewer people because it has just lost everything."""

import time

from presence.conf import conf
from presence.errors import PresenceUnavailable


class Epochs:
    """Epochs of the data, as one process saw them. Thread-safe.

    After a new epoch began, servers need their time (`Conf.return_ms`) to assert their users again. A process that has
    seen no earlier epoch has to trust what it reads.
    """

    def __init__(self) -> None:
        self._seen = ""
        self._doubtful_until = 0.0

    def check(self, epoch: str) -> None:
        """Compare `epoch`, which Redis has now, with the last one seen; it may be empty.

        Raises PresenceUnavailable while the data says nothing about people.
        """
        if self._seen and epoch != self._seen:
            self._doubtful_until = time.monotonic() + conf().return_ms / 1000
        self._seen = epoch or self._seen
        if time.monotonic() < self._doubtful_until:
            raise PresenceUnavailable("Redis has lost everything, and the servers are asserting their people again")

    def forget(self) -> None:
        """Reset to the state of a process that has seen no epoch."""
        self._seen, self._doubtful_until = "", 0.0
