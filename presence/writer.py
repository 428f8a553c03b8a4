"""The one task that makes Redis agree with the desired state of a process, in order and in batches.

A node is never trusted twice: after any trouble the process takes a new node id, asserts everything, and ends the old
node. Once the other servers are back, or had their time to come back, the remains of the old node are swept, and the
trouble is over.
"""

import asyncio
import contextlib
import logging
import random
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence

from presence.conf import conf
from presence.desired_state import Wanted
from presence.errors import CorruptData, NoLease, PresenceError
from presence.operations import Operation
from presence.replies import Change, Outcome
from presence.store import BATCH, Store

logger = logging.getLogger(__name__)

RETRY = (0.1, 0.3)  # seconds; a range, so that processes do not all return to a new Redis at once
LOOK = 0.05  # seconds until the process checks again if the others are back

Marker = asyncio.Future[None]


class Writer:
    def __init__(
        self, wanted: Wanted, announce: Callable[[Sequence[Change]], None], note_trouble: Callable[[bool], None]
    ) -> None:
        self.node = ""
        self.available = False
        self.in_trouble = False
        self._wanted = wanted
        self._announce = announce
        self._note_trouble = note_trouble
        self._was_alone = True  # True if Redis served the others during this trouble
        self._settles_at = 0.0  # end of the others' time to come back, on the loop's clock
        self._looks_at = 0.0  # on the loop's clock
        self._awaits_others = False
        self._old_nodes: list[str] = []
        self._asserted: Marker | None = None  # done once everything is asserted under the present node
        self._delay = 0.0  # seconds until the next attempt to reach Redis
        self._queue: deque[Operation | Marker] = deque()
        self._wake = asyncio.Event()

    def use(self, store: Store) -> None:
        self._store = store

    def submit(self, operation: Operation) -> None:
        # While Redis is away nothing is queued: on return, everything wanted is asserted anyway.
        if self.available:
            self._queue.append(operation)
            self._wake.set()

    def marker(self) -> Marker:
        """Return a future that is done as soon as all operations submitted so far have been tried."""
        marker = asyncio.get_running_loop().create_future()
        self._queue.append(marker)
        self._wake.set()
        return marker

    async def write_next(self) -> None:
        # Only this method takes node ids and applies operations, so they stay in order.
        if not self.available:
            await self._come_back()
        elif self._is_asserted and self._old_nodes:
            await self._end_old_node()
        elif self._is_asserted and self.in_trouble and asyncio.get_running_loop().time() >= self._looks_at:
            await self._end_trouble()
        elif self._queue:
            await self._apply_next()
        else:
            await self._wake.wait()
            self._wake.clear()

    async def renew(self, node: str) -> None:
        """Renew the lease.

        Raises PresenceUnavailable, and NoLease or LostData if Redis' data about the node is in doubt.
        """
        await self._store.renew_lease(node, conf().lease_ms)

    async def end(self, linger_ms: int) -> None:
        """Release the node because the process stops: what it still owns is gone after the linger."""
        if self.available:
            with contextlib.suppress(PresenceError):
                await self._store.release(self.node, self.node, linger_ms)
        self.available = False

    async def sweep(self, node: str) -> None:
        """Sweep until nothing is left to sweep. Raises PresenceUnavailable, NoLease."""
        more = True
        while more:
            outcome = await self._store.sweep(node, conf().lease_ms, conf().away_ms)
            self.report(outcome)
            more, self._awaits_others = outcome.more, outcome.awaits_others

    def report(self, outcome: Outcome) -> None:
        self._announce(outcome.changes)
        _log(outcome.errors)

    async def while_available(self, work: Callable[[str], Awaitable[None]]) -> None:
        """Run `work` with the present node. Ignore an error about a node that was replaced meanwhile."""
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
        self._wanted.forget_left()
        node = secrets.token_hex(8)
        try:
            errors = await self._store.take_lease(node, conf().lease_ms, was_shared=not self._was_alone)
        except PresenceError as error:
            self._lapse(error)
            return
        _log(errors)
        if self.node:
            logger.info("presence: back, as node %s", node)
            self._old_nodes.append(self.node)
        self.node, self.available, self._delay = node, True, 0.0
        self._asserted = asyncio.get_running_loop().create_future()
        self._queue = deque([*self._wanted.assertions(), self._asserted, *self._markers()])
        self._await_others()

    @property
    def _is_asserted(self) -> bool:
        return self._asserted is not None and self._asserted.done()

    def _await_others(self) -> None:
        # Redis was away for all servers: give the others time to come back.
        if not self._was_alone:
            self._settles_at = asyncio.get_running_loop().time() + conf().settle_ms / 1000

    async def _end_old_node(self) -> None:
        """Release an old node, to be swept after a wait.

        A connection that only the old node has was closed during the trouble, or moved to a process that is not back
        yet.
        """
        try:
            await self._store.release(self.node, self._old_nodes[-1], conf().settle_ms)
        except PresenceError as error:
            self._lapse(error)
        else:
            self._old_nodes.pop()
            self._await_others()

    async def _end_trouble(self) -> None:
        await self.while_available(self.sweep)
        loop = asyncio.get_running_loop()
        if self.available and self._awaits_others and loop.time() < self._settles_at:
            self._looks_at = loop.time() + LOOK
            loop.call_at(self._looks_at, self._wake.set)
        elif self.available:
            self.in_trouble, self._was_alone = False, True
            self._note_trouble(False)

    async def _apply_next(self) -> None:
        items = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
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
        """Give the node up: Redis' data about it is in doubt from here on."""
        if not self._delay:
            logger.warning("presence: unavailable: %s", error)
        self.available = False
        self._was_alone = self._was_alone and isinstance(error, NoLease)
        if not self.in_trouble:
            self.in_trouble = True
            self._note_trouble(True)
        self._delay = random.uniform(*RETRY)  # noqa: S311
        self.resolve_markers()
        self._wake.set()

    def _markers(self) -> list[Marker]:
        return [item for item in self._queue if isinstance(item, asyncio.Future)]


def _log(errors: Iterable[CorruptData]) -> None:
    for error in errors:
        logger.error("presence: %s: %s", type(error).__name__, error)


def _resolve(items: Iterable[Operation | Marker]) -> None:
    for item in items:
        if isinstance(item, asyncio.Future) and not item.done():
            item.set_result(None)
