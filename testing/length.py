"""Length of the tests of docs/acceptance.md: shortened in the suite, full in bin/acceptance."""

import asyncio
import os
from typing import TypeVar

T = TypeVar("T")

VARIABLE = "TEST_LENGTH"  # "full" also uses the site's own waits instead of short ones (testing/settings.py)


class Length:
    def __init__(self, full: bool) -> None:
        self.full = full

    def pick(self, *, full: T, short: T) -> T:
        """Return a number or a duration: `full` as the row requires, or `short` if it shows the same."""
        return full if self.full else short

    async def elapse(self, *, full: float, short: float) -> None:
        """Sleep, for a row that is about time itself; all other tests wait for a state."""
        await asyncio.sleep(self.pick(full=full, short=short))


length = Length(full=os.environ.get(VARIABLE) == "full")
