"""Outbox: delivers envelopes to this process's sockets at once, and to the other hubs over the channel layer."""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Callable

from chat.hub.layer import envelopes
from chat.hub.layer.envelopes import Envelope, Outgoing

MOST_WAITING = 10_000  # envelopes to publish; the hubs' check finds those that fall out
MOST_TOGETHER = 500  # envelopes in one round trip, and lost if it fails

logger = logging.getLogger(__name__)


class Outbox:
    """Takes envelopes from the threads that write, which never wait for Redis.

    The envelopes of one transaction wake the loop once, and are published in one round trip. Each message begins with
    the id of this process, so that its own hub skips it (`mark`).
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, receive: Callable[[Envelope], None]) -> None:
        self._loop, self._receive = loop, receive
        self._process = uuid.uuid4().hex
        self._written: deque[Envelope] = deque()
        self._is_woken = False
        self._to_publish: deque[Outgoing] = deque(maxlen=MOST_WAITING)
        self._has_work = asyncio.Event()

    @property
    def mark(self) -> bytes:
        return self._process.encode()

    def put_from_thread(self, envelope: Envelope) -> None:
        self._written.append(envelope)
        if not self._is_woken:  # otherwise the loop is already due to take it
            self._is_woken = True
            self._loop.call_soon_threadsafe(self._take_written)

    def publish(self, envelope: Outgoing) -> None:
        """Send an envelope to the other hubs only."""
        self._to_publish.append(envelope)  # if it is full, the oldest falls out
        self._has_work.set()

    async def publish_forever(self) -> None:
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            while self._to_publish:
                together = [self._to_publish.popleft() for _ in range(min(MOST_TOGETHER, len(self._to_publish)))]
                await envelopes.send(together, self._process)

    def _take_written(self) -> None:
        self._is_woken = False  # first: what a thread adds from here on wakes the loop again
        while self._written:
            envelope = self._written.popleft()
            self.publish(envelope)
            try:
                self._receive(envelope)
            except Exception:
                logger.exception("An event of this process could not be handed on")
