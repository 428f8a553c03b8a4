"""What is asked for at the same time is done together: for many it costs little more than for one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Together(Generic[Question, Answer]):
    """While one batch is being done, the next gathers. Whoever comes alone does not wait."""

    def __init__(
        self,
        do: Callable[[list[Question]], Awaitable[Sequence[Answer | Exception]]],
        most: int,
        gather_seconds: float = 0.0,
    ) -> None:
        """`do` answers at most `most` questions, in their order. An exception among the answers is raised for whoever
        asked; one that it raises, for everyone in the batch.

        Where several ask at once, a batch waits for `gather_seconds`: who was just answered is about to ask again.
        """
        self._do, self._most, self._gather_seconds = do, most, gather_seconds
        self._several_ask = False
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._doing: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((question, future))
        if self._doing is None or self._doing.done():
            self._doing = loop.create_task(self._do_all())
        return await future

    async def _do_all(self) -> None:
        while self._waiting:
            if self._several_ask and self._gather_seconds:
                await asyncio.sleep(self._gather_seconds)
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            self._several_ask = len(batch) > 1
            outcomes = await self._outcomes([question for question, _ in batch])
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if future.done():  # whoever waited has gone
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)

    async def _outcomes(self, questions: list[Question]) -> Sequence[Answer | Exception]:
        try:
            return await self._do(questions)
        except Exception as error:
            return [error] * len(questions)
