"""What this process has to tell the other hubs: a queue, which one task empties."""

import asyncio
import uuid

from chat.hub import envelopes

MOST_WAITING = 10_000  # envelopes; what falls out is found by the hubs' check
MOST_TOGETHER = 500  # envelopes in one round trip: one that fails loses no more


class Publisher:
    """Whatever waits goes out together, in one round trip. Nobody waits for it.

    Each envelope begins with whom it is from: the hub has its own already, and knows their echo by it (`mark`).
    """

    def __init__(self) -> None:
        self._from = uuid.uuid4().hex
        self._waiting: asyncio.Queue[envelopes.Envelope] = asyncio.Queue(MOST_WAITING)

    @property
    def mark(self) -> bytes:
        return self._from.encode()

    def put(self, envelope: envelopes.Envelope) -> None:
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait({"from": self._from, **envelope})

    async def publish_forever(self) -> None:
        while True:
            together = [await self._waiting.get()]
            while len(together) < MOST_TOGETHER and not self._waiting.empty():
                together.append(self._waiting.get_nowait())
            await envelopes.send(together)
