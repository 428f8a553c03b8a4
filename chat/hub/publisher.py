"""What this process has to tell the other hubs: a queue, which one task empties."""

import asyncio
import uuid

from chat.hub.envelopes import Envelope, send

MOST_WAITING = 10_000  # envelopes; what falls out is found by the hubs' check
MOST_TOGETHER = 500  # envelopes in one round trip: one that fails loses no more


class Publisher:
    """Whatever waits goes out together, in one round trip. Nobody waits for it.

    Each envelope begins with whom it is from: the hub has its own already, and knows their echo by it (`mark`).
    """

    def __init__(self) -> None:
        self._from = uuid.uuid4().hex
        self._waiting: asyncio.Queue[Envelope] = asyncio.Queue(MOST_WAITING)

    @property
    def mark(self) -> bytes:
        return self._from.encode()

    def put(self, envelope: Envelope) -> None:
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait({"from": self._from, **envelope})

    async def publish_forever(self) -> None:
        while True:
            envelopes = [await self._waiting.get()]
            while len(envelopes) < MOST_TOGETHER and not self._waiting.empty():
                envelopes.append(self._waiting.get_nowait())
            await send(envelopes)
