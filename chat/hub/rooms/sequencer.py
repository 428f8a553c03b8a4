"""Sequencer of one room's events in this process: in order, without gaps or repeats."""

from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

Event = dict[str, Any]


class Sequencer:
    """Forwards each version of a room once, in order: one event, or all changed rows if it is read from the database.

    Events come from this process, from the channel layer, and from the database if one was missed. They wait until
    `start` says at which version the room is.
    """

    def __init__(self, forward: Callable[..., None]) -> None:
        self.began: int | None = None  # it forwards every version after this one
        self.last: int | None = None  # the version that was forwarded last
        self._forward = forward
        self._waiting: dict[int, Event] = {}

    @property
    def has_gap(self) -> bool:
        return self.last is not None and bool(self._waiting)

    def start(self, head: int) -> None:
        """Begin after `head`: the listeners know everything up to it. Only the first call counts."""
        if self.last is None:
            self.began = self.last = head
            self._drain()

    def offer(self, event: Event) -> None:
        if self.last is None or event["version"] > self.last:
            self._waiting[event["version"]] = event
            self._drain()

    def fill(self, events: Iterable[Event], head: int) -> None:
        """Take the database's events after `last`, up to `head`. A row that changed several times occurs once.

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
