"""Coalescer: joins frames that follow one another closely. A write costs nearly the same for one event as for ten."""

import asyncio
from collections.abc import Callable

from chat.hub.delivery.frame import Frame

WINDOW_SECONDS = 0.01  # too short to be noticed; a busy room saves most of its writes


class Coalescer:
    """Sends the first frame at once, and the frames of the following window together at its end."""

    def __init__(self, deliver: Callable[[Frame], None], loop: asyncio.AbstractEventLoop) -> None:
        self._deliver, self._loop = deliver, loop
        self._waiting: list[Frame] = []
        self._window: asyncio.TimerHandle | None = None

    def put(self, frame: Frame) -> None:
        if self._window is None:
            self._deliver(frame)
            self._window = self._loop.call_later(WINDOW_SECONDS, self._end_window)
        else:
            self._waiting.append(frame)

    def flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._deliver(waiting[0] if len(waiting) == 1 else Frame.joined(waiting))

    def _end_window(self) -> None:
        self._window = None
        if self._waiting:
            self._window = self._loop.call_later(WINDOW_SECONDS, self._end_window)
            self.flush()
