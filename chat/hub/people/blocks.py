"""Blocks, as this process's tabs were told of them."""

import asyncio
from collections.abc import Collection, Mapping

from chat.hub import queries
from chat.hub.delivery.connection import Connection
from chat.hub.delivery.frame import Frame
from chat.runtime.database import read


class Blocks:
    """Reads blocks after each BlocksChanged, and periodically in case an envelope was lost."""

    def __init__(self, connections: Mapping[int, set[Connection]]) -> None:
        self._connections = connections  # by user
        self._reading = asyncio.Lock()  # otherwise an older answer could come last

    async def check(self, users: Collection[int]) -> None:
        async with self._reading:
            blocked = await read(queries.blocked_by, users)
            for user in users:
                await self._tell(user, blocked.get(user, frozenset()))

    async def _tell(self, user: int, blocked: frozenset[int]) -> None:
        """Send the user's stale tabs their blocks. A tab without a greeting gets them in it, or by the next check."""
        stale = [tab for tab in self._connections.get(user, ()) if tab.is_greeted and tab.blocked != blocked]
        if not stale:
            return
        changed = frozenset[int]().union(*(tab.blocked ^ blocked for tab in stale))
        frame = Frame.of(await read(queries.blocks_changed, user, blocked, changed))
        for tab in stale:
            tab.blocked = blocked
            tab.deliver(frame)
