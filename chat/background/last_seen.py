"""Write-behind buffer for last-seen times. Users who leave during a write are in the next one."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from django.utils import timezone

from chat.errors import Unavailable
from chat.runtime.database import write
from chat.services.people.status import note_last_seen
from presence.per_loop import PerLoop

logger = logging.getLogger(__name__)

MOST_TOGETHER = 500  # people in one write
RETRY_SECONDS = 1.0  # while the database is away


class LastSeen:
    def __init__(self) -> None:
        self._waiting: dict[int, datetime] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, users: Iterable[int]) -> None:
        """Note that these users have just left. The caller does not wait for the write."""
        self._waiting.update(dict.fromkeys(users, timezone.now()))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._waiting:
            together = dict(islice(self._waiting.items(), MOST_TOGETHER))
            self._waiting = {user: left for user, left in self._waiting.items() if user not in together}
            try:
                await write(note_last_seen, together)
            except Unavailable:
                self._waiting = together | self._waiting
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                logger.exception("It was not written down when %d people left", len(together))


last_seen = PerLoop(LastSeen).get
"""Return the buffer of the running event loop."""
