"""Group commit: concurrent posts share a transaction, since a commit costs as much for one post as for many.

If a room's row lock is not free, other rooms do not wait: its posts leave the batch and wait in a queue of their own,
on other threads, together with later posts to that room, until the queue is empty. While a batch is slow, the next
batch takes posts to all other rooms.
"""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from chat.errors import Internal, Refused, Unavailable
from chat.models import Message
from chat.runtime.database import Held, Lane, run
from chat.services.messages.mentions import Rendered
from chat.services.messages.posting import Draft, Post, check_body, store_drafts
from chat.services.messages.rendering import renderer
from presence.per_loop import PerLoop

logger = logging.getLogger(__name__)

MOST_TOGETHER = 200  # posts; a longer transaction would delay the others
GATHER_SECONDS = 0.003  # if several clients post at once: those just answered are about to post again
SLOW_SECONDS = 0.1  # after this, the next batch starts alongside


class Waiting(NamedTuple):
    draft: Draft
    stored: asyncio.Future[Message]

    @property
    def room_id(self) -> int:
        return self.draft.post.room_id


class GroupCommit:
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._waiting: list[Waiting] = []
        self._held: dict[int, list[Waiting]] = {}  # by room
        self._serving: dict[int, asyncio.Task[None]] = {}
        self._busy: set[int] = set()  # rooms of the batches that are being stored
        self._storing: set[asyncio.Task[None]] = set()
        self._expected = 1  # number of posts in the last batch
        self._are_there = asyncio.Event()
        self._news = asyncio.Event()  # a post came, or a batch ended
        self._working: asyncio.Task[None] | None = None

    async def post(self, post: Post) -> Message:
        """Store a post, like `post_message`, in a shared transaction. Raises its errors, Unavailable and Internal.

        A post that is refused as Unavailable is not stored later, unless its commit had already begun.
        """
        check_body(post.body)
        try:
            async with asyncio.timeout(settings.DATABASE_WAIT_SECONDS):
                body = await renderer().render(post.author, post.room_id, post.kind, post.body, post.online)
                return await self._store(post, body)
        except TimeoutError as error:
            raise Unavailable from error

    async def _store(self, post: Post, body: Rendered) -> Message:
        stored: asyncio.Future[Message] = self.loop.create_future()
        waiting = Waiting(Draft(post, body, is_wanted=lambda: not stored.done()), stored)
        if post.room_id in self._held:
            self._held[post.room_id].append(waiting)
        else:
            self._waiting.append(waiting)
            self._tell_news()
            if self._working is None or self._working.done():
                self._working = self.loop.create_task(self._work())
        return await stored

    # -- Batches of many rooms -----------------------------------------------------------------------------------------

    async def _work(self) -> None:
        most = 1 if connection.vendor == "sqlite" else Lane.POST.threads
        while self._waiting:
            await self._gather()
            self._news.clear()
            batch = self._next_batch() if len(self._storing) < most else []
            if batch:
                self._expected = len(batch)
                storing = self._begin(self._store_batch(batch))
                await asyncio.wait({storing}, timeout=SLOW_SECONDS)
            elif self._waiting:
                await self._news.wait()

    async def _gather(self) -> None:
        if len(self._waiting) < self._expected:
            self._are_there.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._are_there.wait(), GATHER_SECONDS)

    def _next_batch(self) -> list[Waiting]:
        """Take the posts to rooms without a batch under way, and drop posts that timed out."""
        batch: list[Waiting] = []
        left: list[Waiting] = []
        for waiting in self._waiting:
            if not waiting.stored.done():
                fits = len(batch) < MOST_TOGETHER and waiting.room_id not in self._busy
                (batch if fits else left).append(waiting)
        self._waiting = left
        return batch

    async def _store_batch(self, batch: list[Waiting]) -> None:
        rooms = {waiting.room_id for waiting in batch}
        self._busy |= rooms
        try:
            held = _settle(batch, await _outcomes(batch))
        finally:
            self._busy -= rooms
        for waiting in held:
            self._hold(waiting)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        storing = self.loop.create_task(work)
        self._storing.add(storing)
        storing.add_done_callback(self._end)
        return storing

    def _end(self, storing: asyncio.Task[None]) -> None:
        self._storing.discard(storing)
        self._news.set()

    def _tell_news(self) -> None:
        self._news.set()
        if len(self._waiting) >= self._expected:
            self._are_there.set()

    # -- Rooms that are held -------------------------------------------------------------------------------------------

    def _hold(self, waiting: Waiting) -> None:
        room_id = waiting.room_id
        if room_id in self._held:
            self._held[room_id].append(waiting)
            return
        later = [other for other in self._waiting if other.room_id == room_id]
        self._waiting = [other for other in self._waiting if other.room_id != room_id]
        self._held[room_id] = [waiting, *later]
        self._serving[room_id] = self.loop.create_task(self._serve(room_id))

    async def _serve(self, room_id: int) -> None:
        """Store the posts to a held room until none waits."""
        while batch := self._held[room_id][:MOST_TOGETHER]:
            del self._held[room_id][:MOST_TOGETHER]
            _settle(batch, await _outcomes(batch, Lane.HELD))
        del self._held[room_id], self._serving[room_id]


async def _outcomes(batch: Sequence[Waiting], lane: Lane = Lane.POST) -> Sequence[Message | Refused | None]:
    """Return an outcome for each post, in order. It is None if the room is held."""
    drafts = [waiting.draft for waiting in batch]
    try:
        try:
            return await run(lane, partial(_store, drafts))
        except Held:  # one of the batch's rooms is locked
            return await run(lane, partial(_store, drafts, skip_locked=True))
    except Held:
        return [None] * len(batch)
    except Refused as refused:
        return [refused] * len(batch)
    except Exception:
        logger.exception("%d posts were not stored", len(batch))
        return [Internal()] * len(batch)


def _store(drafts: Sequence[Draft], *, skip_locked: bool = False) -> Sequence[Message | Refused | None]:
    """Store drafts on a database thread, which may be long after the batch was made."""
    if not any(draft.is_wanted() for draft in drafts):
        raise Unavailable
    return store_drafts(drafts, skip_locked=skip_locked)


def _settle(batch: Sequence[Waiting], outcomes: Iterable[Message | Refused | None]) -> list[Waiting]:
    """Resolve the futures of a batch. Return the posts to held rooms."""
    held = []
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if waiting.stored.done():  # cancelled, or refused after a time-out
            continue
        if outcome is None:
            held.append(waiting)
        elif isinstance(outcome, Refused):
            waiting.stored.set_exception(outcome)
        else:
            waiting.stored.set_result(outcome)
    return held


group_commit = PerLoop(GroupCommit).get
