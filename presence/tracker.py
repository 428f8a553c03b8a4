"""The presence of one server process: its node, its lease, and the connections that it holds.

What is wanted is kept in memory (`Held`) and made so in Redis by one task, in order and in batches: nobody who calls
`track` waits for Redis or hears of its troubles. A node is never trusted twice: after any trouble the process takes a
new node id and asserts all that it holds, and whatever the old node had is swept when its lease ends.
"""

import asyncio
import contextlib
import logging
import random
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from presence import store
from presence.conf import conf
from presence.decisions import Decision, Decisions
from presence.errors import InvalidConnection, NoLease, PresenceError
from presence.held import Held, Hold
from presence.hints import Hints
from presence.loops import PerLoop
from presence.store import Operation, Outcome, Store
from presence.tasks import end
from presence.topics import trackable

logger = logging.getLogger(__name__)

RETRY = (0.1, 0.6)  # seconds; a span, so that processes do not all come back to a new Redis at once
CONNECTION_LENGTH = 200

Marker = asyncio.Future[None]


class Tracker:
    """One per server process and event loop: see `get_tracker`. Not for use from other threads."""

    def __init__(self) -> None:
        self.node = ""
        """The id under which this process is known at present; another one after each trouble."""
        self.available = False
        """Whether Redis knows what this process holds, as far as the process can tell."""
        self._epoch = ""
        self._old_nodes: list[str] = []
        self._delay = 0.0  # seconds until Redis is tried again
        self._held = Held()
        self._decisions = Decisions(self._held)
        self._touched: dict[int, None] = {}
        self._queue: deque[Operation | Marker] = deque()
        self._wake = asyncio.Event()
        self._hints = Hints()
        self._tasks: list[asyncio.Task[None]] = []

    # -- What others call ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to work on the running loop; again is no matter. Raises ImproperlyConfigured.

        Costs, from then on, one round trip each HEARTBEAT_MS and each SWEEP_MS, however many connections there are.
        """
        if self._tasks:
            return
        self._store = Store()
        works = (self._write, self._beat, self._sweep, self._hints.send_forever)
        self._tasks = [asyncio.create_task(work(), name=f"presence {work.__name__}") for work in works]

    async def stop(self, *, linger_ms: int | None = None) -> None:
        """Leave all that is held, after `linger_ms` milliseconds (LINGER_MS if None), and end all work.

        Returns within a few seconds, with Redis or without; without, the node is swept when its lease ends.
        Costs one round trip for each 500 connections, and one to end the node.
        """
        if not self._tasks:
            return
        linger_ms = conf().linger_ms if linger_ms is None else linger_ms
        self._touched.clear()
        for hold in self._held.clear():
            self._submit(store.leave(*hold, linger_ms))
        await self.settled()
        await self._hints.sent()
        await self._end_tasks()
        if self.available:
            with contextlib.suppress(PresenceError):
                await self._store.release(self.node, linger_ms)
        self.available = False
        await self._store.close()

    def track(self, topic: str, user_id: int, connection: str) -> None:
        """The connection makes its user present on the topic. Idempotent.

        Does nothing for a connection that was dropped. Raises InvalidTopic, InvalidConnection; never for Redis.
        Costs a share in one round trip, which nobody waits for.
        """
        hold = Hold(trackable(topic), user_id, _checked(connection))
        if self._held.add(hold):
            self._submit(store.join(*hold))

    def untrack(self, topic: str, user_id: int, connection: str, *, linger: bool = True) -> None:
        """The connection is no reason any more for its user's presence on the topic. Idempotent.

        If it was the last reason, the user leaves after LINGER_MS, unless they are back by then on any connection;
        without `linger`, at once. Raises InvalidTopic, InvalidConnection. Costs as `track`.
        """
        hold = Hold(trackable(topic), user_id, _checked(connection))
        if self._held.remove(hold):
            self._submit(store.leave(*hold, conf().linger_ms if linger else 0))

    def drop(self, connection: str) -> None:
        """The connection has closed: untrack it everywhere, with linger. It cannot be tracked again. Costs as `track`,
        once for each of its topics."""
        for hold in self._held.close(_checked(connection)):
            self._submit(store.leave(*hold, conf().linger_ms))

    def touch(self, user_id: int) -> None:
        """There was input from the user: not away, for AWAY_MS from now. Costs as `track`; many at once cost one."""
        if self._tasks and user_id not in self._touched:
            self._touched[user_id] = None
            self._submit(store.touch(user_id))

    def set_state(self, user_id: int, *, hidden: bool, away: bool) -> None:
        """What a person decided about themselves: not to be seen at all; to count as away, whatever input there is.

        Say it before the first `track` of each connection, and when it changes, in every process that tracks the user:
        then it is asserted before their connections after any trouble, and nobody who hides is seen for a moment. What
        was said last holds, whoever said it; after a day without connections it is forgotten. Returns at once, never
        fails for Redis. Costs as `track`.
        """
        decision = Decision(hidden, away)
        self._decisions.make(user_id, decision)
        self._submit(store.decide(user_id, *decision, is_news=True))

    async def settled(self) -> None:
        """Wait until all that was asked so far was tried: it is in Redis, or Redis is known to be away.

        Returns within a few seconds; at once if the tracker was not started. No round trip of its own.
        """
        if not self._tasks:
            return
        marker = asyncio.get_running_loop().create_future()
        self._queue.append(marker)
        self._wake.set()
        writer = self._tasks[0]
        await asyncio.wait((marker, writer), return_when=asyncio.FIRST_COMPLETED)

    # -- Writing -------------------------------------------------------------------------------------------------------

    def _submit(self, operation: Operation) -> None:
        """While Redis is away nothing queues up: on return, everything held is asserted anyway."""
        if self.available:
            self._queue.append(operation)
            self._wake.set()

    async def _write(self) -> None:
        """The only task that takes node ids and applies operations, so they are in order."""
        await self._forever(self._write_next)

    async def _write_next(self) -> None:
        if not self.available:
            await self._come_back()
        elif self._queue:
            await self._apply_next()
        elif self._old_nodes:
            await self._end_old_node()
        else:
            await self._wake.wait()
            self._wake.clear()

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
        self._queue = deque([*self._assertions(), *self._markers()])

    async def _end_old_node(self) -> None:
        """All is asserted under the new node. What only the old one has was closed during the trouble, or moved to a
        process that is not back yet: hence the linger."""
        with contextlib.suppress(PresenceError):  # else its lease has ended, or will
            await self._store.release(self._old_nodes.pop(), conf().linger_ms)

    def _assertions(self) -> Iterable[Operation]:
        for user_id, decision, is_news in self._decisions.to_assert():
            yield store.decide(user_id, *decision, is_news)
        yield from (store.join(*hold) for hold in self._held)
        yield from (store.touch(user_id) for user_id in self._touched)

    async def _apply_next(self) -> None:
        items = [self._queue.popleft() for _ in range(min(store.BATCH, len(self._queue)))]
        operations = [item for item in items if not isinstance(item, asyncio.Future)]
        try:
            if operations:
                self._report(await self._store.apply(self.node, operations))
                self._confirm(operations)
        except PresenceError as error:
            self._lapse(error)
        finally:
            _resolve(items)

    def _confirm(self, operations: Iterable[Operation]) -> None:
        for name, *args in operations:
            if name == "touch":
                self._touched.pop(int(args[0]), None)
            elif name == "decide":
                self._decisions.told(int(args[0]), Decision(bool(args[1]), bool(args[2])))

    def _report(self, outcome: Outcome) -> None:
        self._hints.put(outcome.changes)
        for error in outcome.errors:
            logger.error("presence: %s: %s", type(error).__name__, error)

    def _lapse(self, error: PresenceError) -> None:
        """What Redis has of this node is in doubt from here on."""
        if not self._delay:
            logger.warning("presence: unavailable: %s", error)
        self.available = False
        self._delay = random.uniform(*RETRY)  # noqa: S311
        self._resolve_markers()
        self._wake.set()

    def _markers(self) -> list[Marker]:
        return [item for item in self._queue if isinstance(item, asyncio.Future)]

    def _resolve_markers(self) -> None:
        _resolve(self._queue)
        self._queue.clear()

    # -- By the clock --------------------------------------------------------------------------------------------------

    async def _beat(self) -> None:
        await self._forever(self._beat_next)

    async def _beat_next(self) -> None:
        await asyncio.sleep(conf().heartbeat_ms / 1000)
        await self._while_available(self._renew)

    async def _renew(self, node: str) -> None:
        if await self._store.renew_lease(node, conf().lease_ms) != self._epoch:
            raise NoLease("a new epoch: Redis lost everything")

    async def _sweep(self) -> None:
        await self._forever(self._sweep_next)

    async def _sweep_next(self) -> None:
        await asyncio.sleep(conf().sweep_ms / 1000)
        await self._while_available(self._sweep_all)

    async def _sweep_all(self, node: str) -> None:
        more = True
        while more:
            outcome = await self._store.sweep(node, conf().lease_ms, conf().away_ms)
            self._report(outcome)
            more = outcome.more

    async def _while_available(self, work: Callable[[str], Awaitable[None]]) -> None:
        """An error says nothing about a node that was replaced meanwhile."""
        if not self.available:
            return
        node = self.node
        try:
            await work(node)
        except PresenceError as error:
            if node == self.node:
                self._lapse(error)

    # -- Tasks ---------------------------------------------------------------------------------------------------------

    async def _forever(self, step: Callable[[], Awaitable[None]]) -> None:
        """Nothing unforeseen may end a task: everybody on this server would look gone for good."""
        while True:
            try:
                await step()
            except Exception:
                logger.exception("presence: an error that nobody foresaw")
                await asyncio.sleep(RETRY[1])

    async def _end_tasks(self) -> None:
        await end(self._tasks)
        self._tasks = []
        self._resolve_markers()


def _checked(connection: str) -> str:
    if not isinstance(connection, str) or not 0 < len(connection) <= CONNECTION_LENGTH:
        raise InvalidConnection(f"a connection's id must have 1 to {CONNECTION_LENGTH} characters")
    if not (connection.isascii() and connection.isprintable()):
        raise InvalidConnection(f"a connection's id must be printable ASCII: {connection!r}")
    return connection


def _resolve(items: Iterable[Operation | Marker]) -> None:
    for item in items:
        if isinstance(item, asyncio.Future) and not item.done():
            item.set_result(None)


_trackers = PerLoop(Tracker)


def get_tracker() -> Tracker:
    """The tracker of the running event loop, made at the first call; starting it is the caller's. Costs nothing."""
    return _trackers.get()
