"""Limits on expensive work that requests do in parallel: password hashes, pictures, exports, email, providers.

Each kind of work has a `Gate`, which bounds the threads at work, the threads that wait, and their wait. Beyond that, a
request is refused with `Overloaded`, which project/errors/overload.py answers with 503 and `Retry-After`. A thread that
waits or works behind a gate holds no connection of the database pool.
"""

import logging
import threading
import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from math import ceil

from django.core.exceptions import SynchronousOnlyOperation
from django.db import connections
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

LINE_SECONDS = 10.0  # between two log lines about the same kind of work


class Overloaded(Exception):
    """Refusal of work before any of it was done. The client may retry after `retry_after` seconds."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title: str | Promise = _("The site is busy")
    is_undone = True  # True if it is certain that nothing was done
    sentence: str | Promise = _("Too many people are using this right now.")

    def __init__(self, work: str, retry_after: float) -> None:
        super().__init__(work)
        self.retry_after = max(1, ceil(retry_after))


class OneAtATime(Overloaded):
    """Refusal of a second piece of work while the same person has one under way."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    sentence = _("Your previous request is still running.")


class Refusals:
    """Throttled log of refusals: one line for many of a kind, with their number."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._count = 0
        self._written: float | None = None
        self._lock = threading.Lock()

    def note(self, detail: str = "") -> None:
        with self._lock:
            self._count += 1
            now = time.monotonic()
            if self._written is not None and now < self._written + LINE_SECONDS:
                return
            count, self._count, self._written = self._count, 0, now
        because = f": {detail}" if detail else ""
        logger.warning("Refused for now: %s (%d since the last such line)%s", self._what, count, because)


class Gate:
    """Bound on the threads that do one kind of work: `at_once` work, and `waiting` more wait for at most `seconds`.

    Threads enter in the order of their arrival.
    """

    def __init__(self, work: str, *, at_once: int, waiting: int = 0, seconds: float = 1.0) -> None:
        self.work = work
        self.at_once = at_once
        self.waiting = waiting
        self.seconds = seconds
        self._inside = 0
        self._queued = 0
        self._condition = threading.Condition()
        self._refusals = Refusals(work)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Run the block behind the gate. Raises Overloaded if no place becomes free in time."""
        release_connections()
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._condition:
            if self._inside >= self.at_once or self._queued:
                self._wait()
            self._inside += 1
            if self._inside < self.at_once:
                self._condition.notify()  # the next thread may enter, too

    def _wait(self) -> None:
        if self._queued >= self.waiting:
            raise self._refused()
        self._queued += 1
        try:
            if not self._condition.wait_for(lambda: self._inside < self.at_once, self.seconds):
                raise self._refused()
        finally:
            self._queued -= 1

    def _leave(self) -> None:
        with self._condition:
            self._inside -= 1
            self._condition.notify()

    def _refused(self) -> Overloaded:
        self._refusals.note()
        return Overloaded(self.work, self.seconds)


class OneEach:
    """Limit of one piece of some work at a time for each person."""

    def __init__(self, work: str, *, seconds: float = 1.0) -> None:
        self.work = work
        self.seconds = seconds
        self._at_it: set[Hashable] = set()
        self._lock = threading.Lock()
        self._refusals = Refusals(work)

    @contextmanager
    def entered(self, person: Hashable) -> Iterator[None]:
        """Run the block for this person. Raises OneAtATime if they have one under way."""
        with self._lock:
            if person in self._at_it:
                self._refusals.note()
                raise OneAtATime(self.work, self.seconds)
            self._at_it.add(person)
        try:
            yield
        finally:
            with self._lock:
                self._at_it.remove(person)


def release_connections() -> None:
    """Return this thread's connections to the pool, unless a transaction is open. The next query takes another."""
    for connection in connections.all(initialized_only=True):
        if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
            with suppress(SynchronousOnlyOperation):  # an event loop's thread may not close connections
                connection.close()
