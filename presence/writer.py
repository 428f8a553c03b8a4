"""Makes Redis agree with what one process wants: one task, in order and in batches.

A node is never trusted twice: after any trouble the process takes a new node id and asserts all that it wants, and
whatever the old node had is swept when its lease ends.
"""

import asyncio
import contextlib
import logging
import random
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence

from presence import store
from presence.conf import conf
from presence.errors import NoLease, PresenceError
from presence.store import Change, Operation, Outcome, Store
from presence.wanted import Wanted

logger = logging.getLogger(__name__)

RETRY = (0.1, 0.6)  # seconds; a span, so that processes do not all come back to a new Redis at once

Marker = asyncio.Future[None]


class Writer:
    def __init__(self, wanted: Wanted, announce: Callable[[Sequence[Change]], None]) -> None:
        self.node = ""
        self.available = False
        self._wanted = wanted
        self._announce = announce
        self._epoch = ""
        self._old_nodes: list[str] = []
        self._delay = 0.0  # seconds until Redis is tried again
        self._queue: deque[Operation | Marker] = deque()
        self._wake = asyncio.Event()

    def use(self, store: Store) -> None:
        self._store = store

    def submit(self, operation: Operation) -> None:
        """While Redis is away nothing queues up: on return, everything wanted is asserted anyway."""
        if self.available:
            self._queue.append(operation)
            self._wake.set()

    def marker(self) -> Marker:
        """Is done as soon as all that was submitted so far was tried."""
        marker = asyncio.get_running_loop().create_future()
        self._queue.append(marker)
        self._wake.set()
        return marker

    async def write_next(self) -> None:
        """The only one that takes node ids and applies operations, so they are in order."""
        if not self.available:
            await self._come_back()
        elif self._queue:
            await self._apply_next()
        elif self._old_nodes:
            await self._end_old_node()
        else:
            await self._wake.wait()
            self._wake.clear()

    async def renew(self, node: str) -> None:
        """Raises NoLease where what Redis has of the node is in doubt."""
        if await self._store.renew_lease(node, conf().lease_ms) != self._epoch:
            raise NoLease("a new epoch: Redis lost everything")

    async def end(self, linger_ms: int) -> None:
        """The process stops: what its node still owns counts as gone after the linger."""
        if self.available:
            with contextlib.suppress(PresenceError):
                await self._store.release(self.node, linger_ms)
        self.available = False

    def report(self, outcome: Outcome) -> None:
        self._announce(outcome.changes)
        for error in outcome.errors:
            logger.error("presence: %s: %s", type(error).__name__, error)

    async def while_available(self, work: Callable[[str], Awaitable[None]]) -> None:
        """An error says nothing about a node that was replaced meanwhile."""
        if not self.available:
            return
        node = self.node
        try:
            await work(node)
        except PresenceError as error:
            if node == self.node:
                self._lapse(error)

    def resolve_markers(self) -> None:
        _resolve(self._queue)
        self._queue.clear()

    async def _come_back(self) -> None:
        await asyncio.sleep(self._delay)
        node = secrets.token_hex(8)
        try:
            epoch = await self._store.take_lease(node, conf().lease_ms)
        except PresenceError as error:
            self._lapse(error)
            return
        if self.node:
            logger.info("presence: back, as node %s", node)
            self._old_nodes.append(self.node)
        self.node, self._epoch, self.available, self._delay = node, epoch, True, 0.0
        self._queue = deque([*self._wanted.assertions(), *self._markers()])

    async def _end_old_node(self) -> None:
        """All is asserted under the new node. What only the old one has was closed during the trouble, or moved to a
        process that is not back yet: hence the linger."""
        with contextlib.suppress(PresenceError):  # else its lease has ended, or will
            await self._store.release(self._old_nodes.pop(), conf().linger_ms)

    async def _apply_next(self) -> None:
        items = [self._queue.popleft() for _ in range(min(store.BATCH, len(self._queue)))]
        operations = [item for item in items if not isinstance(item, asyncio.Future)]
        try:
            if operations:
                self.report(await self._store.apply(self.node, operations))
                self._wanted.confirm(operations)
        except PresenceError as error:
            self._lapse(error)
        finally:
            _resolve(items)

    def _lapse(self, error: PresenceError) -> None:
        """What Redis has of this node is in doubt from here on."""
        if not self._delay:
            logger.warning("presence: unavailable: %s", error)
        self.available = False
        self._delay = random.uniform(*RETRY)  # noqa: S311
        self.resolve_markers()
        self._wake.set()

    def _markers(self) -> list[Marker]:
        return [item for item in self._queue if isinstance(item, asyncio.Future)]


def _resolve(items: Iterable[Operation | Marker]) -> None:
    for item in items:
        if isinstance(item, asyncio.Future) and not item.done():
            item.set_result(None)
