"""What this process has to tell: its own sockets at once, and the other hubs by the channel layer."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from chat.hub.layer.envelopes import Envelope

logger = logging.getLogger(__name__)


class Announcements:
    """On its way from the threads that write to the event loop.

    What one transaction has to tell wakes the loop once, and is published together.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, receive: Callable[[Envelope], None], publish: Callable[[Envelope], None]
    ) -> None:
        self._loop, self._receive, self._publish = loop, receive, publish
        self._waiting: deque[Envelope] = deque()
        self._is_woken = False

    def put_from_thread(self, envelope: Envelope) -> None:
        self._waiting.append(envelope)
        if not self._is_woken:  # else the loop has not come round to it yet
            self._is_woken = True
            self._loop.call_soon_threadsafe(self._announce_all)

    def _announce_all(self) -> None:
        self._is_woken = False  # first: what a thread adds from here on wakes the loop again
        while self._waiting:
            self._announce(self._waiting.popleft())

    def _announce(self, envelope: Envelope) -> None:
        self._publish(envelope)
        try:
            self._receive(envelope)
        except Exception:
            logger.exception("An event of this process could not be handed on")
