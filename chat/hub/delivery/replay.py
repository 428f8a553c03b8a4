"""Replay: sends a tab the events that it missed, at the pace of its reads.

One frame with all of them would never arrive on a slow line: the connection would be cut first, and the client would
ask for the same events again. Each part moves the version that the client resumes from.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from chat.hub.delivery.connection import Connection
from chat.hub.delivery.frame import Frame
from chat.hub.rooms.audience import Hold

PART_BYTES = 64 * 1024  # 1.3 s on a line of 400 kbit/s


def parts_of(events: Iterable[dict[str, Any]]) -> tuple[Frame, ...]:
    """Divide events, in the order of their versions, into frames of about PART_BYTES.

    Events of one version stay together: a client that resumes from a version has every event of that version.
    """
    frames = [Frame.of(*together) for _, together in groupby(events, key=itemgetter("version"))]
    return tuple(_joined(frames))


class Replay:
    """Sends parts as the reader takes them, and then the events that were held meanwhile."""

    def __init__(
        self,
        connection: Connection,
        hold: Hold,
        parts: Iterable[Frame],
        head: int,
        is_current: Callable[[], bool],
        when_late: Callable[[int], None],
    ) -> None:
        """Take the parts to send, and `head`, the version that they reach.

        `is_current` tells whether the hold still counts. `when_late` is called with the version that was reached when a
        replay ends that had to wait for its reader.
        """
        self.head = head
        self._connection, self._hold = connection, hold
        self._parts = deque(parts)
        self._is_current, self._when_late = is_current, when_late

    def send(self) -> bool:
        """Send all parts now and return True. If the reader falls behind, return False and continue later."""
        while self._has_more():
            self._connection.deliver(self._parts.popleft())
            if self._connection.is_behind:
                self._connection.when_caught_up(self._go_on)
                return False
        return True

    def _go_on(self) -> None:
        if self._is_current() and self.send():
            self._when_late(self.head)

    def _has_more(self) -> bool:
        if not self._parts and (held := self._hold.take(after=self.head)):
            self._parts.extend(_joined(frame for _, frame in held))
            self.head, _ = held[-1]
        return bool(self._parts)


def _joined(frames: Iterable[Frame]) -> Iterator[Frame]:
    together: list[Frame] = []
    size = 0
    for frame in frames:
        if together and size + frame.size > PART_BYTES:
            yield Frame.joined(together)
            together, size = [], 0
        together.append(frame)
        size += frame.size
    if together:
        yield Frame.joined(together)
