"""Tells the groups of a topic what changed, as a hint: whoever misses it reads the numbers (see roster.py)."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from channels.layers import get_channel_layer

from presence.replies import Change
from presence.topics import group

logger = logging.getLogger(__name__)

CAPACITY = 1_000  # hints that wait; what comes then is dropped, and read by its listeners
TIMEOUT = 2.0  # seconds; the layer has one lock for all that is sent, so a slow hint delays messages too


class Hints:
    """A bounded queue and the task that empties it. Nobody ever waits for a hint to be sent."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Change] = asyncio.Queue(CAPACITY)

    def put(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if self._queue.full():
                return
            self._queue.put_nowait(change)

    async def sent(self) -> None:
        """Waits until all that waits was sent, or for TIMEOUT."""
        try:
            async with asyncio.timeout(TIMEOUT):
                await self._queue.join()
        except TimeoutError:
            return

    async def send_forever(self) -> None:
        while True:
            changes = [await self._queue.get()]
            changes += [self._queue.get_nowait() for _ in range(self._queue.qsize())]
            try:
                await _send(changes)
            except Exception as error:  # a layer may raise anything, and nothing may end this task
                logger.warning("presence: %d hints were lost, about %s…: %r", len(changes), changes[0].topic, error)
            finally:
                for _ in changes:
                    self._queue.task_done()


async def _send(changes: Sequence[Change]) -> None:
    """All in one round trip where the layer can do that, as one with the extension `batches` can."""
    layer = get_channel_layer()
    if layer is None:
        return
    hints = [(group(change.topic), message(change)) for change in changes]
    async with asyncio.timeout(TIMEOUT):
        if "batches" in layer.extensions:
            await layer.group_send_many(hints)
        else:
            for name, hint in hints:
                await layer.group_send(name, hint)


def message(change: Change) -> dict[str, Any]:
    return {
        "type": "presence.hint",
        "topic": change.topic,
        "epoch": change.epoch,
        "since": change.since,
        "version": change.version,
        "joined": list(change.joined),
        "left": list(change.left),
    }
