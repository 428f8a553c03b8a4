"""One room's events in this process: in order, without gaps or repeats, however they arrive."""

from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

Event = dict[str, Any]


class Sequencer:
    """Forwards each version of a room once, in order: one event, or all rows of it where it is read anew.

    Events come from the local process, from the channel layer, and from the database where one was missed. Until
    `start` says where the room stands, they wait.
    """

    def __init__(self, forward: Callable[..., None]) -> None:
        self.began: int | None = None  # the number after which it forwards all
        self.last: int | None = None  # the number forwarded last
        self._forward = forward
        self._waiting: dict[int, Event] = {}

    @property
    def has_gap(self) -> bool:
        """Whether something waits for a number that has not come."""
        return self.last is not None and bool(self._waiting)

    def start(self, head: int) -> None:
        """All up to `head` is known to whoever listens. A feed starts once."""
        if self.last is None:
            self.began = self.last = head
            self._drain()

    def offer(self, event: Event) -> None:
        if self.last is None or event["version"] > self.last:
            self._waiting[event["version"]] = event
            self._drain()

    def fill(self, events: Iterable[Event], head: int) -> None:
        """Take what the database has after `last`, up to `head`: a row that changed several times stands once.

        Rows that changed together have one version, and are forwarded together.
        """
        if self.last is None:
            return
        for version, together in groupby(events, itemgetter("version")):
            if version > self.last:
                self.last = version
                self._waiting.pop(version, None)
                self._forward(*together)
        self.last = max(self.last, head)
        self._drain()

    def _drain(self) -> None:
        if self.last is None:
            return
        for version in [version for version in self._waiting if version <= self.last]:
            del self._waiting[version]
        while (event := self._waiting.pop(self.last + 1, None)) is not None:
            self.last += 1
            self._forward(event)
