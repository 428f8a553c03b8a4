"""The hub's own tasks: what it does beside what it is called for."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from chat.errors import NotFound, Refused
from presence.tasks import end

logger = logging.getLogger(__name__)

Duty = Callable[[], Coroutine[Any, Any, None]]

_duties: list[tuple[float, Duty]] = []


def take_on(seconds: float, duty: Duty) -> None:
    """Let every hub do this every so many seconds. Hubs know no services: what has work for them says so."""
    _duties.append((seconds, duty))


class Tasks:
    """Whatever becomes of a task is logged, and stops no other."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()
        self._lasting: list[asyncio.Task[None]] = []

    @property
    def runs(self) -> bool:
        """Whether all goes on that is to go on as long as the hub."""
        return not any(task.done() for task in self._lasting)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._begin(work)

    def keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin what ends with the hub alone."""
        self._lasting.append(self._begin(work))

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def repeat(self, seconds: Callable[[], float], work: Duty) -> None:
        """Do it every so many seconds, counted from the end of the last time."""

        async def repeat() -> None:
            while True:
                await asyncio.sleep(seconds())
                await _logged(work())

        self.keep(repeat())

    def begin_duties(self) -> None:
        for seconds, duty in _duties:
            self.repeat(partial(float, seconds), duty)

    async def end(self) -> None:
        await end(self._tasks)


async def _logged(work: Awaitable[None]) -> None:
    try:
        await work
    except NotFound:
        pass  # the room went away meanwhile
    except Refused as error:
        logger.warning("%s", error.__cause__ or error)
    except Exception:
        logger.exception("A task of the hub failed")
