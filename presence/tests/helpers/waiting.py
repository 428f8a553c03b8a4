import asyncio
from collections.abc import Callable
from typing import TypeVar

from testing.machine import patience

T = TypeVar("T")


async def eventually(condition: Callable[[], T], within: float = 15) -> T:
    """Return the value of `condition` as soon as it is truthy, or fail.

    `within` is in seconds, and is extended on a slow machine (testing/machine.py).
    """
    loop = asyncio.get_running_loop()
    within = patience(within)
    deadline = loop.time() + within
    while not (answer := condition()):
        assert loop.time() < deadline, f"Not within {within:.4g} s: the last answer was {answer!r}."
        await asyncio.sleep(0.01)
    return answer
