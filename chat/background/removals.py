"""What every server does by itself: it works off the queue of removals. Whoever posts goes first."""

import asyncio
import time

from chat.hub.tasks import take_on
from chat.models import Removal
from chat.runtime.database import read, write
from chat.services.removal.queue import remove_next

REMOVALS_SECONDS = 3.0  # between two looks at the queue
REST = 6  # times as long as a batch took: it shares the process with those who post


async def work_off_removals() -> None:
    """Batch by batch, until nothing is left that no other server works at. To look costs no lock."""
    while await read(_is_any_left):
        began = time.monotonic()
        if await write(remove_next) is None:
            return
        await asyncio.sleep(REST * (time.monotonic() - began))


def _is_any_left() -> bool:
    return Removal.objects.unfinished().exists()


take_on(REMOVALS_SECONDS, work_off_removals)
