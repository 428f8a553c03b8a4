"""What this process has to tell the other hubs: a queue, which one task empties."""

import asyncio
import uuid
from collections import deque

from chat.hub.layer import envelopes

MOST_WAITING = 10_000  # envelopes; what falls out is found by the hubs' check
MOST_TOGETHER = 500  # envelopes in one round trip: one that fails loses no more


class Publisher:
    """Whatever waits goes out together, in one round trip. Nobody waits for it.

    Each envelope begins with whom it is from: the hub has its own already, and knows their echo by it (`mark`).
    """

    def __init__(self) -> None:
        self._from = uuid.uuid4().hex
        self._waiting: deque[envelopes.Envelope] = deque(maxlen=MOST_WAITING)
        self._wake = asyncio.Event()

    @property
    def mark(self) -> bytes:
        return self._from.encode()

    def put(self, envelope: envelopes.Envelope) -> None:
        self._waiting.append({"from": self._from, **envelope})  # where it is full, the oldest falls out
        self._wake.set()

    async def publish_forever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                together = [self._waiting.popleft() for _ in range(min(MOST_TOGETHER, len(self._waiting)))]
                await envelopes.send(together)
