"""Rosters: the people of every topic that one process watches, kept in step with Redis.

A snapshot is followed by hints, each with a change and its version. Hints may be lost, late or duplicated; the versions
reveal that. A hint that does not follow the last version leads to a new snapshot. Every CHECK_MS one read of all
versions finds hints that were lost without a trace.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from presence.conf import conf
from presence.errors import CorruptData, PresenceError
from presence.replies import Change, Snapshot
from presence.store import Store, patiently
from presence.tasks import end
from presence.topics import checked
from presence.tracker import Tracker
from presence.watched import Diff, Watched, agrees, change_of, is_ahead

logger = logging.getLogger(__name__)

BATCH = 100  # topics in one snapshot
PATIENCE = 0.05  # seconds to wait for a hint that was overtaken by the next
RETRY = 0.25  # seconds, while Redis is away
EARLY_HINTS = 1_000  # kept for each topic; beyond that, the next snapshot helps


class Rosters:
    """Views of topics, one instance for each process that shows people.

    All callbacks run on its loop, between two awaits, and must not block. `on_change(topic, diff)` is called with every
    change of the view, also after a new snapshot; `on_available(available)` when Redis is lost and when it is back.

    While Redis is away, or accepts no writes, the last view stays and `available` is False: show it as stale, or hide
    it. Then everything is read again. `tracker` is this process's own, if it has one: while it cannot write to Redis,
    views are unavailable even if Redis can be read.

    When Redis comes back empty, present users stay in the view until they are back or the servers had their time to
    assert them (`Conf.return_ms`, 10 s by default). A loss of Redis then does not look as if everyone had left.
    """

    def __init__(
        self,
        on_change: Callable[[str, Diff], None],
        on_available: Callable[[bool], None],
        tracker: Tracker | None = None,
    ) -> None:
        self.available = False
        """True while the views are in step: the last read succeeded, and servers write. False before the first read."""
        self._on_change = on_change
        self._on_available = on_available
        self._tracker = tracker
        self._troubles = 0  # how often the tracker's trouble began or ended
        self._watched: dict[str, Watched] = {}
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    # -- Public API ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start work on the running loop. Idempotent. Raises ImproperlyConfigured.

        Costs, from then on, one round trip each CHECK_MS for any number of watched topics.
        """
        if self._tasks:
            return
        self._store = Store()
        if self._tracker:
            self._tracker.listen(self._note_trouble)
        works = (self._load_forever, self._check_forever)
        self._tasks = [asyncio.create_task(work(), name=f"presence {work.__name__}") for work in works]

    async def stop(self) -> None:
        """Stop all work. The views stay as they are. No round trip."""
        await end(self._tasks)
        if self._tracker:
            self._tracker.unlisten(self._note_trouble)
        if self._tasks:
            self._tasks = []
            await self._store.close()
        for watched in self._watched.values():
            watched.tried.set()

    async def watch(self, topic: str) -> None:
        """Watch a topic, and call `on_change` with the people of its first snapshot. Starts the work if necessary.
        Idempotent.

        Join the topic's group first (`presence.topics.group`) and hand its hints to `receive`, so that no change is
        missed. Returns after the first attempt, within a few seconds; if Redis is away, the topic stays unknown until
        it is back. Raises InvalidTopic, ImproperlyConfigured. Costs one round trip, shared by all topics that are
        watched at the same time.
        """
        watched = self._watched.setdefault(checked(topic), Watched(topic))
        self.start()
        self._wake.set()
        await watched.tried.wait()

    def unwatch(self, topic: str) -> None:
        """Forget a topic. Idempotent. No round trip."""
        watched = self._watched.pop(topic, None)
        if watched:
            watched.tried.set()

    def receive(self, hint: Mapping[str, Any]) -> None:
        """Process a `presence.hint` from the channel layer. Never raises. At most one shared round trip."""
        try:
            change = change_of(hint)
        except (KeyError, TypeError, ValueError):
            logger.warning("presence: a hint that cannot be read: %.200r", hint)
            return
        watched = self._watched.get(change.topic)
        if watched and (watched.known or watched.loading):
            watched.early = [*watched.early[-EARLY_HINTS + 1 :], change]
            self._follow(watched)

    def people(self, topic: str) -> frozenset[int]:
        """Return the people known to be present; none for an unknown topic. Costs nothing."""
        watched = self._watched.get(topic)
        return watched.people if watched else frozenset()

    def is_known(self, topic: str) -> bool:
        """Return True if a snapshot of the topic was read, so that an empty view means that no one is there. Costs
        nothing.

        It stays True while Redis is away: `available` tells if the view is in step at present.
        """
        watched = self._watched.get(topic)
        return bool(watched and watched.known)

    # -- Hints ---------------------------------------------------------------------------------------------------------

    def _follow(self, watched: Watched) -> None:
        """Apply the hints that follow the last version. If some are left, one is missing: wait briefly, then read a
        snapshot.

        Hints are kept while a snapshot is loading, since it may be older or newer than they are.
        """
        if watched.loading:
            return
        for change in sorted(watched.early, key=lambda change: change.version):
            if (change.epoch, change.since) == (watched.epoch, watched.version):
                self._apply(watched, change)
        watched.early = [change for change in watched.early if is_ahead(change, watched)]
        if watched.early:
            asyncio.get_running_loop().call_later(PATIENCE, self._wake.set)

    def _apply(self, watched: Watched, change: Change) -> None:
        watched.version = change.version
        watched.unconfirmed = watched.unconfirmed.difference(change.joined, change.left)
        self._show(watched, watched.people.difference(change.left).union(change.joined))

    def _show(self, watched: Watched, people: frozenset[int]) -> None:
        diff = Diff(joined=people - watched.people, left=watched.people - people)
        watched.people = people
        if diff.joined or diff.left:
            self._call(self._on_change, watched.topic, diff)

    # -- Snapshots -----------------------------------------------------------------------------------------------------

    async def _load_forever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            wanted = [watched for watched in self._watched.values() if watched.wants_snapshot]
            await self._survive(self._load, wanted)
            for watched in wanted:
                watched.loading = False
                watched.tried.set()

    async def _load(self, wanted: Sequence[Watched]) -> None:
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            self._expect(batch)
            troubles = self._troubles
            try:
                topics = [watched.topic for watched in batch]
                snapshots = await patiently(lambda topics=topics: self._store.snapshots(topics))  # type: ignore[misc]
            except PresenceError as error:
                self._set_available(False, error)
                return
            if self._troubles != troubles:
                self._wake.set()
                return
            for watched in batch:
                self._take(watched, snapshots[watched.topic])
        self._set_available(True)

    def _expect(self, batch: Sequence[Watched]) -> None:
        # Hints received so far are part of the snapshot; those received from now on may be.
        for watched in batch:
            watched.stale, watched.loading, watched.early = True, True, []

    def _take(self, watched: Watched, snapshot: Snapshot | CorruptData) -> None:
        watched.loading = False
        if self._watched.get(watched.topic) is not watched:
            return
        if isinstance(snapshot, CorruptData):
            logger.error("presence: the topic %s is unknown: %s", watched.topic, snapshot)
            watched.known = False
            return
        self._keep_unconfirmed(watched, snapshot)
        watched.known, watched.stale = True, False
        watched.epoch, watched.version = snapshot.epoch, snapshot.version
        self._show(watched, snapshot.people | watched.unconfirmed)
        self._follow(watched)
        watched.tried.set()

    def _keep_unconfirmed(self, watched: Watched, snapshot: Snapshot) -> None:
        is_older = watched.epoch == snapshot.epoch and snapshot.version < watched.version  # no server noticed yet
        if watched.known and (is_older or watched.epoch != snapshot.epoch):
            watched.unconfirmed = watched.people
            grace = conf().return_ms / 1000
            loop = asyncio.get_running_loop()
            watched.unconfirmed_until = loop.time() + grace
            loop.call_later(grace, self._end_grace, watched)
        watched.unconfirmed -= snapshot.people

    def _end_grace(self, watched: Watched) -> None:
        # A second loss during the grace period restarts it, so an earlier timer may have nothing to do.
        is_current = self._watched.get(watched.topic) is watched
        if is_current and asyncio.get_running_loop().time() >= watched.unconfirmed_until:
            gone, watched.unconfirmed = watched.unconfirmed, frozenset()
            self._show(watched, watched.people - gone)

    # -- The check -----------------------------------------------------------------------------------------------------

    async def _check_forever(self) -> None:
        while True:
            check = conf().check_ms / 1000
            await asyncio.sleep(check if self.available else min(check, RETRY))
            await self._survive(self._check)

    async def _check(self) -> None:
        before = {watched: watched.version for watched in self._watched.values()}
        try:
            now = await patiently(lambda: self._store.versions([watched.topic for watched in before]))
        except PresenceError as error:
            self._set_available(False, error)
            return
        for watched, version in before.items():
            if watched.version == version and not watched.loading and not agrees(watched, now):
                watched.stale = True
        if any(watched.wants_snapshot for watched in before):
            self._wake.set()
        else:
            self._set_available(True)

    # -- Both ----------------------------------------------------------------------------------------------------------

    def _note_trouble(self, in_trouble: bool) -> None:
        self._troubles += 1
        if in_trouble:
            self._set_available(False, "this process cannot write to Redis")
        else:
            self._want_snapshots()
            self._wake.set()

    def _want_snapshots(self) -> None:
        """Mark all views as stale: a missed change may have left no trace in the versions."""
        for watched in self._watched.values():
            watched.stale = True

    def _set_available(self, available: bool, error: PresenceError | str = "") -> None:
        if available and self._tracker and self._tracker.in_trouble:
            return
        if not available:
            self._want_snapshots()
        if available != self.available:
            logger.info("presence: %s", "available" if available else f"unavailable: {error}")
            self.available = available
            self._call(self._on_available, available)

    def _call(self, callback: Callable[..., None], *args: Any) -> None:
        try:
            callback(*args)
        except Exception:
            logger.exception("presence: a callback failed")

    async def _survive(self, work: Callable[..., Awaitable[None]], *args: Any) -> None:
        # An unexpected error must not end a task: the view would silently stop updating.
        try:
            await work(*args)
        except Exception:
            logger.exception("presence: an error that nobody foresaw")
