"""Presence of one server process: its connections, and the tasks that keep Redis in step with them.

The desired state is kept in memory, and one task (`Writer`) brings Redis up to it: callers of `track` never wait for
Redis and see none of its errors.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from presence import operations, signals
from presence.conf import conf
from presence.connections import Hold
from presence.desired_state import Wanted
from presence.errors import InvalidConnection, InvalidVersion
from presence.health import health
from presence.hints import Hints
from presence.per_loop import PerLoop
from presence.repair import Repair
from presence.replies import Change
from presence.store import Store
from presence.tasks import end
from presence.topics import trackable
from presence.user_states import Decision
from presence.users import checked_user
from presence.writer import Writer

logger = logging.getLogger(__name__)

AFTER_AN_ERROR = 0.6  # seconds
CONNECTION_LENGTH = 200
LARGEST_VERSION = 2**53  # scripts in Redis handle no larger integers exactly

OnTrouble = Callable[[bool], None]


class Tracker:
    """The tracker of one server process and event loop: see `get_tracker`. Not thread-safe."""

    def __init__(self) -> None:
        self._wanted = Wanted()
        self._hints = Hints()
        self._writer = Writer(self._wanted, self._announce, self._note_trouble)
        self._listeners: list[OnTrouble] = []
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def node(self) -> str:
        """Id of this process at present; a new one after each trouble. Costs nothing."""
        return self._writer.node

    @property
    def available(self) -> bool:
        """True while Redis has the holds of this process, as far as the process can tell. Costs nothing."""
        return self._writer.available

    @property
    def in_trouble(self) -> bool:
        """True while Redis may lack holds of this process, or have outdated ones. Costs nothing.

        It begins with the first error, and ends when everything was asserted again and the holds of earlier nodes are
        gone.
        """
        return self._writer.in_trouble

    # -- Public API ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start work on the running loop. Idempotent. Raises ImproperlyConfigured.

        Costs, from then on, one round trip each HEARTBEAT_MS and each SWEEP_MS for any number of connections. Each
        REPAIR_MS it costs one for every 250 holds, and for all processes together a few for every 250 keys.
        """
        if self._tasks:
            return
        self._store = Store()
        self._writer.use(self._store)
        self._repairer = Repair(self._wanted, self._writer, self._store)
        works = (self._write, self._beat, self._sweep, self._repair, self._hints.send_forever)
        self._tasks = [asyncio.create_task(work(), name=f"presence {work.__name__}") for work in works]

    async def stop(self, *, linger_ms: int | None = None) -> None:
        """Leave all topics after `linger_ms` milliseconds (LINGER_MS if None), and stop all work.

        Returns within a few seconds, with Redis or without; without, the node is swept when its lease ends.
        Costs one round trip for each 250 connections, and one to end the node.
        """
        if not self._tasks:
            return
        linger_ms = conf().linger_ms if linger_ms is None else linger_ms
        self._wanted.touched.clear()
        for hold in self._wanted.held.clear():
            self._writer.submit(self._wanted.leave(hold, linger_ms))
        await self.settled()
        await self._hints.sent()
        await self._end_tasks()
        await self._writer.end(linger_ms)
        await self._store.close()

    def track(self, topic: str, user_id: int, connection: str) -> None:
        """Make the user present on the topic through this connection. Idempotent.

        Does nothing for a connection that was dropped. Raises InvalidTopic, InvalidUser, InvalidConnection; never an
        error of Redis.
        Costs a share of one round trip, and the caller does not wait for it.
        """
        hold = Hold(trackable(topic), checked_user(user_id), _checked(connection))
        if self._wanted.held.add(hold):
            self._writer.submit(operations.join(*hold))

    def untrack(self, topic: str, user_id: int, connection: str, *, linger: bool = True) -> None:
        """Withdraw this connection as a reason for the user's presence on the topic. Idempotent.

        If it was the last reason, the user leaves after LINGER_MS, unless they are back by then on any connection.
        Without `linger` the user leaves at once, unless another connection was lost less than LINGER_MS ago and may
        still come back. Raises InvalidTopic, InvalidUser, InvalidConnection. Costs as `track`.
        """
        hold = Hold(trackable(topic), checked_user(user_id), _checked(connection))
        if self._wanted.held.remove(hold):
            self._writer.submit(self._wanted.leave(hold, conf().linger_ms if linger else 0))

    def drop(self, connection: str) -> None:
        """Untrack a closed connection everywhere, with linger. It cannot be tracked again.

        Costs as `track`, once for each of its topics.
        """
        for hold in self._wanted.held.close(_checked(connection)):
            self._writer.submit(self._wanted.leave(hold, conf().linger_ms))

    def expel(self, topic: str, user_id: int) -> None:
        """Remove a user who may no longer be on the topic, at once, unless a connection still tracks it.

        Untrack the connections first, on every process that has any. Raises InvalidTopic, InvalidUser. Costs as
        `track`.
        """
        self._writer.submit(operations.expel(trackable(topic), checked_user(user_id)))

    def end_linger(self, topic: str, user_id: int) -> None:
        """End the linger of a user who will not come back to the topic: they leave at once, as by `untrack`.

        Does nothing if a connection tracks the topic, or if the user is about to be hidden. Raises InvalidTopic,
        InvalidUser. Costs as `track`.
        """
        self._writer.submit(operations.end_linger(trackable(topic), checked_user(user_id)))

    def touch(self, user_id: int) -> None:
        """Report input from the user, who is then not away for the next AWAY_MS.

        Raises InvalidUser. Costs as `track`; many calls at once cost one.
        """
        if checked_user(user_id) not in self._wanted.touched and self._tasks:
            self._wanted.touched[user_id] = None
            self._writer.submit(operations.touch(user_id))

    def set_state(self, user_id: int, *, hidden: bool, away: bool, version: int = 0) -> None:
        """Store a user's decisions: `hidden`, not to be seen at all; `away`, to count as away despite input.

        Others who see the user when they hide go on seeing them for LINGER_MS, as if their last connection was lost,
        and cannot tell the difference. If the user decides to be seen again within that time, others see no change.

        Call it before the first `track` of each connection, and whenever the decision changes, in every process that
        tracks the user. The decision is then asserted before their connections after any trouble, and a hidden user is
        never visible for a moment.

        The decision with the higher `version` (0 to 2**53) holds, from any process and in any order; of equal versions,
        the last one. Without versions, a process that could not reach Redis may send an outdated decision late. If a
        project has a number for its decisions, such as the time of the change by its database's clock in microseconds,
        it passes it, and no process can bring back an old decision.

        Redis forgets a decision after a day without connections, and when it loses its data. Returns at once, never
        fails for Redis. Raises InvalidUser, InvalidVersion. Costs as `track`.
        """
        decision = Decision(hidden, away, _possible(version))
        if self._wanted.decisions.make(checked_user(user_id), decision, conf().linger_ms):
            self._writer.submit(self._wanted.decide(user_id, decision, is_news=True))

    def act(self, user_id: int) -> None:
        """Report a visible act of the user. A user who hides and is still seen stays visible for LINGER_MS from now.

        Without this, a user who vanishes sooner after an act would be recognised as hiding: a lost connection takes
        that long. Raises InvalidUser. Costs as `track`.
        """
        self._wanted.decisions.act(checked_user(user_id), conf().linger_ms)
        self._writer.submit(operations.act(user_id, conf().linger_ms))

    async def settled(self) -> None:
        """Wait until all calls so far have been tried: they are in Redis, or Redis is known to be away.

        Returns within a few seconds; at once if the tracker was not started. No round trip of its own.
        """
        if not self._tasks:
            return
        await asyncio.wait((self._writer.marker(), self._tasks[0]), return_when=asyncio.FIRST_COMPLETED)

    def listen(self, on_trouble: OnTrouble) -> None:
        """Register `on_trouble(in_trouble)` for every change of `in_trouble`. Idempotent.

        It is called on the event loop, must not block, and must not raise. No round trip.
        """
        if on_trouble not in self._listeners:
            self._listeners.append(on_trouble)

    def unlisten(self, on_trouble: OnTrouble) -> None:
        """Remove a listener. Idempotent. No round trip."""
        if on_trouble in self._listeners:
            self._listeners.remove(on_trouble)

    # -- Tasks ---------------------------------------------------------------------------------------------------------

    async def _write(self) -> None:
        await self._forever(self._writer.write_next)

    async def _beat(self) -> None:
        await self._forever(self._beat_next)

    async def _beat_next(self) -> None:
        await asyncio.sleep(conf().heartbeat_ms / 1000)
        await self._writer.while_available(self._writer.renew)

    async def _sweep(self) -> None:
        await self._forever(self._sweep_next)

    async def _sweep_next(self) -> None:
        await asyncio.sleep(conf().sweep_ms / 1000)
        await self._writer.while_available(self._writer.sweep)

    async def _repair(self) -> None:
        await self._forever(self._repair_next)

    async def _repair_next(self) -> None:
        await asyncio.sleep(conf().repair_ms / 1000)
        await self._writer.while_available(self._repairer.repair)

    def _announce(self, changes: Sequence[Change]) -> None:
        self._hints.put(changes)
        signals.send(Tracker, changes)

    def _note_trouble(self, in_trouble: bool) -> None:
        health.note(self, in_trouble=in_trouble)
        for on_trouble in list(self._listeners):
            on_trouble(in_trouble)

    async def _forever(self, step: Callable[[], Awaitable[None]]) -> None:
        # An unexpected error must not end a task: all users on this server would look offline from then on.
        while True:
            try:
                await step()
            except Exception:
                logger.exception("presence: an error that nobody foresaw")
                await asyncio.sleep(AFTER_AN_ERROR)

    async def _end_tasks(self) -> None:
        await end(self._tasks)
        self._tasks = []
        self._writer.resolve_markers()
        health.note(self, in_trouble=False)


def _checked(connection: str) -> str:
    if not isinstance(connection, str) or not 0 < len(connection) <= CONNECTION_LENGTH:
        raise InvalidConnection(f"a connection's id must have 1 to {CONNECTION_LENGTH} characters")
    if not (connection.isascii() and connection.isprintable()):
        raise InvalidConnection(f"a connection's id must be printable ASCII: {connection!r}")
    return connection


def _possible(version: int) -> int:
    if not 0 <= version <= LARGEST_VERSION:
        raise InvalidVersion(f"a decision's version must be from 0 to {LARGEST_VERSION}: {version}")
    return version


_trackers = PerLoop(Tracker)


def get_tracker() -> Tracker:
    """Return the tracker of the running event loop, created at the first call. The caller starts it. Costs nothing."""
    return _trackers.get()
