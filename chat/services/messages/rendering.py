"""Rendering of bodies on threads of its own, so that no database thread and no transaction waits for it.

A user's bodies are rendered one at a time, within a budget of CPU time, so that costly ones delay their author alone.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from chat import conf
from chat.errors import Limited
from chat.markup import markdown
from chat.runtime.database import Lane, run
from chat.runtime.rate_limiter import Limiter
from chat.services.messages import mentions
from presence.per_loop import PerLoop

if TYPE_CHECKING:
    from accounts.models import User

THREADS = 2
SHORT = 500  # characters; a body of this length without markup is rendered at once


class Renderer:
    def __init__(self) -> None:
        self._budgets: Limiter[int] = Limiter(conf.rendering())
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="render")

    async def render(
        self, author: "User", room_id: int, kind: str, body: str, online: frozenset[int] = frozenset()
    ) -> mentions.Rendered:
        """Return a body as HTML, and the members that it mentions. Raises Limited, Unavailable."""
        if len(body) <= SHORT and markdown.is_plain(body):
            return mentions.render(kind, body, mentions.Known())
        known = mentions.Known()
        if "@" in body:
            known = await run(Lane.PREPARATION, lambda: mentions.look_up(author, room_id, body, online))
        async with self._turns.setdefault(author.pk, asyncio.Lock()):
            if wait := self._budgets.wait(author.pk, time.monotonic_ns()):
                raise Limited(wait)
            rendered, microseconds = await asyncio.get_running_loop().run_in_executor(
                self._threads, _timed, kind, body, known
            )
            self._budgets.spend(author.pk, time.monotonic_ns(), microseconds)
            return rendered


def _timed(kind: str, body: str, known: mentions.Known) -> tuple[mentions.Rendered, int]:
    began = time.thread_time_ns()
    rendered = mentions.render(kind, body, known)
    return rendered, (time.thread_time_ns() - began) // 1000


renderer = PerLoop(Renderer).get
