"""Backfill of columns that servers of an older release leave empty during an upgrade.

These are the columns beside names of accounts (accounts/usernames/backfill.py) and of rooms
(chat/services/rooms/names.py).
"""

from accounts.models import User
from accounts.usernames.backfill import fill_in_names, is_needed
from chat.hub.tasks import take_on
from chat.runtime.database import check, write
from chat.services.rooms.names import fill_in_keys, lacks_keys

SECONDS = 60.0  # between two checks


async def fill_in() -> None:
    if await check(is_needed):
        await write(fill_in_names)
        while await write(User.objects.all().fill_in_search_keys):
            pass
    if await check(lacks_keys):
        while await write(fill_in_keys):
            pass


take_on(SECONDS, fill_in)
