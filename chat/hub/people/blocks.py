"""Blocks, as this process's tabs were told of them."""

import asyncio
from collections.abc import Collection, Mapping

from chat.hub import queries
from chat.hub.delivery.connection import Connection
from chat.hub.delivery.frame import Frame
from chat.runtime.database import read


class Blocks:
    """Read when there is word of a change, and from time to time, which finds what word was lost of."""

    def __init__(self, connections: Mapping[int, set[Connection]]) -> None:
        self._connections = connections  # by user
        self._reading = asyncio.Lock()  # else an older answer could come last

    async def check(self, users: Collection[int]) -> None:
        """Tell the tabs of these users which people they block, where they were told otherwise."""
        async with self._reading:
            blocked = await read(queries.blocked_by, users)
            for user in users:
                await self._tell(user, blocked.get(user, frozenset()))

    async def _tell(self, user: int, blocked: frozenset[int]) -> None:
        """Tell the user's tabs; one that is about to be greeted hears of it by that, or by the next check."""
        stale = [tab for tab in self._connections.get(user, ()) if tab.is_greeted and tab.blocked != blocked]
        if not stale:
            return
        changed = frozenset[int]().union(*(tab.blocked ^ blocked for tab in stale))
        frame = Frame.of(await read(queries.blocks_changed, user, blocked, changed))
        for tab in stale:
            tab.blocked = blocked
            tab.deliver(frame)
