"""Reliable cancellation of tasks."""

import asyncio
from collections.abc import Iterable

AGAIN = 0.1  # seconds


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait for their end. Errors of the tasks are not raised.

    One cancellation is not enough: under Python 3.11 `asyncio.wait_for`, which redis-py calls at every write, now and
    then swallows it.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN)
