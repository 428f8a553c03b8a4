"""The one channel of the process on the layer, and the groups that it is in.

`want` and `unwant` return at once. A task reconciles the layer's groups with them and retries while Redis is away.
Requests of users wait for it at most JOINED_WITHIN_SECONDS.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer

from presence.tasks import end

logger = logging.getLogger(__name__)

CALL_SECONDS = 3.0  # for one call to the layer: longer means that Redis is away
RETRY_SECONDS = 0.5
JOINED_WITHIN_SECONDS = 1.0  # the wait of an attach for its group; the check finds events from before it is joined


class Subscriptions:
    def __init__(self, receive: Callable[[dict[str, Any]], None], own: bytes) -> None:
        """Skip messages that begin with `own`: this process sent them itself."""
        self._receive = receive
        self._own = own
        self._layer = get_channel_layer()
        self._channel: str | None = None
        self._wanted: set[str] = set()
        self._joined: set[str] = set()
        self._changed = asyncio.Event()
        self._waited_for: dict[str, asyncio.Event] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._reconcile())]

    async def stop(self) -> None:
        await end(self._tasks)
        with contextlib.suppress(Exception):
            await self._layer.flush()

    @property
    def runs(self) -> bool:
        return not any(task.done() for task in self._tasks)

    def want(self, group: str) -> None:
        self._wanted.add(group)
        self._changed.set()

    def unwant(self, group: str) -> None:
        self._wanted.discard(group)
        self._waited_for.pop(group, None)
        self._changed.set()

    async def joined(self, groups: set[str]) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(JOINED_WITHIN_SECONDS):
                for group in groups:
                    if group not in self._joined:
                        await self._waited_for.setdefault(group, asyncio.Event()).wait()

    async def _reconcile(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._join_and_leave()
            except Exception as error:
                logger.warning("The channel layer is out of reach: %r", error)
                self._changed.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def _join_and_leave(self) -> None:
        if self._channel is None:
            async with asyncio.timeout(CALL_SECONDS):
                self._channel = await self._layer.new_channel("hub.")
            self._layer.leave_out(self._channel, self._own)
            self._tasks.append(asyncio.create_task(self._read(self._channel)))
        if new := self._wanted - self._joined:
            async with asyncio.timeout(CALL_SECONDS):
                await self._layer.group_add_many(new, self._channel)
            self._joined |= new
            for group in new & self._waited_for.keys():
                self._waited_for.pop(group).set()
        for group in self._joined - self._wanted:
            self._joined.discard(group)
            async with asyncio.timeout(CALL_SECONDS):
                await self._layer.group_discard(group, self._channel)

    async def _read(self, channel: str) -> None:
        """Pass on messages. Never cancelled while the hub lives: the layer then forgets the channel."""
        while True:
            try:
                self._receive(await self._layer.receive(channel))
            except Exception:
                logger.exception("An event from the channel layer was not understood")
