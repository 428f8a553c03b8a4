"""Every server looks for accounts that a server of an older release made during an upgrade (accounts/filling.py)."""

from accounts.filling import fill_in_names, is_needed
from chat.database import check, write
from chat.hub.work import take_on

SECONDS = 60.0  # between two looks


async def fill_in() -> None:
    if await check(is_needed):
        await write(fill_in_names)


take_on(SECONDS, fill_in)
