"""Posts that wait at the same time are committed together: a commit costs the same for one as for a hundred."""

import asyncio
import logging
from collections.abc import Sequence

from chat.database import write
from chat.errors import Internal, Refused
from chat.models import Message
from chat.services.messages import Post, post_messages
from chat.together import Together

logger = logging.getLogger(__name__)

MOST_TOGETHER = 200  # posts; a longer transaction would keep the others waiting
GATHER_SECONDS = 0.003  # where several post at once: those who were just answered are about to post again


class GroupCommit:
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._together: Together[Post, Message] = Together(_store, MOST_TOGETHER, GATHER_SECONDS)

    async def post(self, post: Post) -> Message:
        """`post_message` together with whoever else is posting. Raises Unavailable and Internal besides its errors."""
        return await self._together.ask(post)


async def _store(posts: list[Post]) -> Sequence[Message | Refused]:
    try:
        return await write(post_messages, posts)
    except Refused:
        raise
    except Exception:
        logger.exception("%d posts were not stored", len(posts))
        raise Internal from None  # which would tell of it once for each


_group_commit: GroupCommit | None = None


def group_commit() -> GroupCommit:
    """That of the running event loop."""
    global _group_commit
    if _group_commit is None or _group_commit.loop is not asyncio.get_running_loop():
        _group_commit = GroupCommit()
    return _group_commit
