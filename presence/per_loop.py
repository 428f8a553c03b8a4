"""One instance for each running event loop."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerLoop(Generic[T]):
    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[asyncio.AbstractEventLoop, T] = {}

    def get(self) -> T:
        """Return the running loop's instance. Raises RuntimeError if no loop runs."""
        loop = asyncio.get_running_loop()
        if loop not in self._made:
            self._forget_closed()
            self._made[loop] = self._make()
        return self._made[loop]

    def running(self) -> T | None:
        """Return the instance of a loop that runs, or None. Thread-safe."""
        return next((made for loop, made in list(self._made.items()) if loop.is_running()), None)

    def _forget_closed(self) -> None:
        for loop in [loop for loop in self._made if loop.is_closed()]:
            del self._made[loop]
