import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(condition: Callable[[], T], within: float = 15) -> T:
    """Return what `condition` gives as soon as that is true, or fail after `within` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while not (answer := condition()):
        assert loop.time() < deadline, f"Not within {within} s: the last answer was {answer!r}."
        await asyncio.sleep(0.01)
    return answer
