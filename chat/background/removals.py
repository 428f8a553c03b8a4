"""Worker for the queue of removals, on every server. It yields to the writes of users."""

import asyncio
import time

from chat.hub.tasks import take_on
from chat.models import Removal
from chat.runtime.database import read, write
from chat.services.removal.queue import remove_next

REMOVALS_SECONDS = 3.0  # between two checks of the queue
REST = 6  # the pause, as a multiple of a batch's duration: the process also serves users who post


async def work_off_removals() -> None:
    """Remove batches while there is work that no other server does. The check for work takes no lock."""
    while await read(_is_any_left):
        began = time.monotonic()
        if await write(remove_next) is None:
            return
        await asyncio.sleep(REST * (time.monotonic() - began))


def _is_any_left() -> bool:
    return Removal.objects.unfinished().exists()


take_on(REMOVALS_SECONDS, work_off_removals)
