"""Fair queue: bounds the concurrent requests of each user, so that many tabs of one user do not delay others."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class FairQueue:
    """Lets at most `most` callers per key run at a time. Waiting callers hold no thread and no connection."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: dict[Hashable, asyncio.Semaphore] = {}
        self._in_line: Counter[Hashable] = Counter()

    @asynccontextmanager
    async def of(self, key: Hashable) -> AsyncIterator[None]:
        """Wait for a turn, first come, first served, and keep it until the block ends."""
        line = self._lines.setdefault(key, asyncio.Semaphore(self._most))
        self._in_line[key] += 1
        try:
            async with line:
                yield
        finally:
            self._in_line[key] -= 1
            if not self._in_line[key]:
                del self._lines[key], self._in_line[key]

    def __len__(self) -> int:
        return len(self._lines)
