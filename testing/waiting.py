import time
from collections.abc import Callable
from typing import TypeVar

from selenium.common.exceptions import StaleElementReferenceException

from testing.machine import patience

T = TypeVar("T")

# Between two looks. A look at a page costs it a layout, so they become rarer.
SHORTEST_SECONDS = 0.02
LONGEST_SECONDS = 0.15


def eventually(condition: Callable[[], T], within: float = 5) -> T:
    """Return what `condition` gives as soon as that is true, or fail with the last answer.

    `within` is in seconds, and more on a slow machine (testing/machine.py).
    """
    within = patience(within)
    deadline = time.monotonic() + within
    pause = SHORTEST_SECONDS
    while not (answer := _look(condition)):
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {within:.4g} s: the last answer was {answer!r}.")
        time.sleep(pause)
        pause = min(1.5 * pause, LONGEST_SECONDS)
    return answer


def _look(condition: Callable[[], T]) -> T | None:
    """Where a page drew itself anew between two looks at it, there is no answer yet."""
    try:
        return condition()
    except StaleElementReferenceException:
        return None
