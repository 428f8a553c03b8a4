"""Middleware that lets an aborted request run to its end.

Django learns that the client has gone, stops waiting, and returns the database connection when the request's thread is
done. Daphne cancels an application that takes longer than ten seconds for that. The thread goes on, but the code that
returns the connection is cancelled, and the pool has lost the connection forever.
"""

import asyncio
import logging
from typing import Any

logger = logging.getLogger(__name__)


class Finishing:
    """ASGI middleware that runs each request in its own task, which goes on when the caller's is cancelled."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self._running: set[asyncio.Task[None]] = set()  # the event loop itself keeps no reference to a task

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
