"""What administrators tell everyone, as this process's tabs were told."""

import asyncio
from collections.abc import Callable
from typing import Any

from chat import events
from chat.database import read
from chat.hub import reads


class Billboard:
    """Read when the process starts, when there is word of something new, and from time to time.

    The last of these finds what word was lost of, and ends what has passed. `tell(event)` hands an event to all tabs.
    """

    def __init__(self, tell: Callable[[events.Event], None]) -> None:
        self._tell = tell
        self._reading = asyncio.Lock()  # else an older answer could come last
        self.shown: dict[str, Any] | None = None

    async def check(self) -> None:
        async with self._reading:
            shown = await read(reads.announcement)
            if shown != self.shown:
                self.shown = shown
                self._tell(events.site_announced(shown))
