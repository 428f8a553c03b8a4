import time
from collections.abc import Callable
from typing import TypeVar

from selenium.common.exceptions import StaleElementReferenceException

from testing.machine import patience

T = TypeVar("T")

# Seconds between two checks. Each check of a page costs it a layout, so they become rarer.
SHORTEST_SECONDS = 0.02
LONGEST_SECONDS = 0.15


def eventually(condition: Callable[[], T], within: float = 5) -> T:
    """Return the value of `condition` as soon as it is truthy, or fail with its last value.

    `within` is in seconds, and is extended on a slow machine (testing/machine.py).
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
    """Return the value, or None if the page was redrawn between two look-ups."""
    try:
        return condition()
    except StaleElementReferenceException:
        return None
