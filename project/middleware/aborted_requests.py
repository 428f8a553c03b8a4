"""Lets a request that is broken off come to its end.

Django is told that the client has gone, stops waiting, and gives the connection to the database back when the thread
of the request is done. Daphne cancels an application that takes longer than ten seconds for that: the thread goes on,
but what would have given the connection back is cancelled, and the pool has lost it for good.
"""

import asyncio
import logging
from typing import Any

logger = logging.getLogger(__name__)


class Finishing:
    """Runs each request in a task of its own, which goes on when the caller's is cancelled."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self._running: set[asyncio.Task[None]] = set()  # the event loop holds no task by itself

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        task = asyncio.create_task(self.application(scope, receive, send))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.done():
                task.add_done_callback(_log)
            raise


def _log(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("A request failed after its client had gone.", exc_info=error)
