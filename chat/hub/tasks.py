"""The hub's own tasks, once and periodic."""

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
    """Make every hub run a duty periodically. Services register here, so that the hub need not import services."""
    _duties.append((seconds, duty))


class Tasks:
    """Runs tasks and logs their failures. A failure stops no other task."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()
        self._lasting: list[asyncio.Task[None]] = []

    @property
    def runs(self) -> bool:
        """True if all tasks are running that last as long as the hub."""
        return not any(task.done() for task in self._lasting)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._begin(work)

    def keep(self, work: Coroutine[Any, Any, None]) -> None:
        self._lasting.append(self._begin(work))

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def repeat(self, seconds: Callable[[], float], work: Duty) -> None:
        """Run `work` periodically; the pause starts at the end of each run."""

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
