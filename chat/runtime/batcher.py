"""Batcher: joins concurrent requests into one call, which costs little more than a single request."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Batcher(Generic[Question, Answer]):
    """Gathers the next batch while one is running. A single request does not wait."""

    def __init__(
        self,
        do: Callable[[list[Question]], Awaitable[Sequence[Answer | Exception]]],
        most: int,
        gather_seconds: float = 0.0,
    ) -> None:
        """Take `do`, which answers at most `most` questions, in their order.

        An exception among the answers is raised to its caller; an exception that `do` raises is raised to all callers
        of the batch. Under load, a batch waits at most `gather_seconds` until it is as large as the last one: callers
        that were just answered are about to ask again.
        """
        self._do, self._most, self._gather_seconds = do, most, gather_seconds
        self._expected = 1
        self._are_there = asyncio.Event()
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._doing: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((question, future))
        if len(self._waiting) >= self._expected:
            self._are_there.set()
        if self._doing is None or self._doing.done():
            self._doing = loop.create_task(self._do_all())
        return await future

    async def _do_all(self) -> None:
        while self._waiting:
            await self._gather()
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            self._expected = len(batch)
            outcomes = await self._outcomes([question for question, _ in batch])
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if future.done():  # its caller was cancelled
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)

    async def _gather(self) -> None:
        if len(self._waiting) < self._expected and self._gather_seconds:
            self._are_there.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._are_there.wait(), self._gather_seconds)

    async def _outcomes(self, questions: list[Question]) -> Sequence[Answer | Exception]:
        try:
            return await self._do(questions)
        except Exception as error:
            return [error] * len(questions)
