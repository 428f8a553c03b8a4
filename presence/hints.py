"""Hints about changes, sent to the Channels group of a topic.

A listener that misses one reads Redis (see roster.py).
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from channels.layers import get_channel_layer

from presence.replies import Change
from presence.topics import group

logger = logging.getLogger(__name__)

CAPACITY = 1_000  # hints in the queue; when it is full, more are dropped, and listeners read Redis
TIMEOUT = 2.0  # seconds; the layer has one lock for all sends, so a slow hint delays messages too


class Hints:
    """A bounded queue and the task that empties it. Callers never wait for a hint to be sent."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Change] = asyncio.Queue(CAPACITY)

    def put(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if self._queue.full():
                return
            self._queue.put_nowait(change)

    async def sent(self) -> None:
        """Wait until the queue has been sent, or for TIMEOUT."""
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
    """Send hints, all in one round trip if the layer has the extension `batches`."""
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
