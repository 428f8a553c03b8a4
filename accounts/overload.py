"""Bounds on expensive work that requests do in parallel: hashes of passwords, pictures, exports, mail, providers.

Each kind of work has a `Gate`: so many at once, so many that wait, each for so long. Beyond that a request is refused
by `Overloaded`, which project/errors/overload.py answers with 503 and `Retry-After`. Who waits or works behind a gate
holds no connection of the database's pool.
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

LINE_SECONDS = 10.0  # between two lines of the log about the same kind of work


class Overloaded(Exception):
    """Work was refused, and nothing of it was done. It may be asked for again after `retry_after` seconds."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title: str | Promise = _("The site is busy")
    is_undone = True  # whether it is certain that nothing was done
    sentence: str | Promise = _("Too many people are using this right now.")

    def __init__(self, work: str, retry_after: float) -> None:
        super().__init__(work)
        self.retry_after = max(1, ceil(retry_after))


class OneAtATime(Overloaded):
    """Refuses a second piece of work that the same person has under way."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    sentence = _("Your previous request is still running.")


class Refusals:
    """One line of the log for many refusals of a kind, with their number."""

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
    """Lets threads do one kind of work: `at_once` of them, while `waiting` more wait for at most `seconds`.

    Threads come in in the order in which they began to wait.
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
        """Do the work of the block inside. Raises Overloaded where there is no place in time."""
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
                self._condition.notify()  # the next may come in too

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
    """Lets each person do one piece of some work at a time."""

    def __init__(self, work: str, *, seconds: float = 1.0) -> None:
        self.work = work
        self.seconds = seconds
        self._at_it: set[Hashable] = set()
        self._lock = threading.Lock()
        self._refusals = Refusals(work)

    @contextmanager
    def entered(self, person: Hashable) -> Iterator[None]:
        """Do the work of the block for this person. Raises OneAtATime where they do some already."""
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
    """Give back to the pool what this thread has of it, unless a transaction is open: the next query takes another."""
    for connection in connections.all(initialized_only=True):
        if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
            with suppress(SynchronousOnlyOperation):  # the thread of an event loop may not even close one
                connection.close()
