"""Posts that wait at the same time are committed together: a commit costs the same for one as for a hundred."""

import asyncio
import logging

from chat.database import write
from chat.errors import Internal, Refused
from chat.models import Message
from chat.services.messages import Post, post_messages

logger = logging.getLogger(__name__)

MOST_TOGETHER = 200  # posts; a longer transaction would keep the others waiting
GATHER_SECONDS = 0.003  # where several post at once: those who were just answered are about to post again


class GroupCommit:
    """While one batch is being stored, the next gathers. Who posts alone never waits for others."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._waiting: list[tuple[Post, asyncio.Future[Message | Refused]]] = []
        self._storing: asyncio.Task[None] | None = None
        self._several_post = False

    async def post(self, post: Post) -> Message:
        """`post_message` together with whoever else is posting. Raises Unavailable and Internal besides its errors."""
        future: asyncio.Future[Message | Refused] = self.loop.create_future()
        self._waiting.append((post, future))
        if self._storing is None or self._storing.done():
            self._storing = self.loop.create_task(self._store())
        outcome = await future
        if isinstance(outcome, Refused):
            raise outcome
        return outcome

    async def _store(self) -> None:
        while self._waiting:
            if self._several_post:
                await asyncio.sleep(GATHER_SECONDS)
            batch, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
            self._several_post = len(batch) > 1
            outcomes = await self._outcomes([post for post, _ in batch])
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if not future.done():  # whoever waited may have gone
                    future.set_result(outcome)

    async def _outcomes(self, posts: list[Post]) -> list[Message | Refused]:
        try:
            return await write(post_messages, posts)
        except Refused as refused:
            return [refused] * len(posts)
        except Exception:
            logger.exception("%d posts were not stored", len(posts))
            return [Internal()] * len(posts)


_group_commit: GroupCommit | None = None


def group_commit() -> GroupCommit:
    """That of the running event loop."""
    global _group_commit
    if _group_commit is None or _group_commit.loop is not asyncio.get_running_loop():
        _group_commit = GroupCommit()
    return _group_commit
