"""At which length the tests of docs/acceptance.md run: shortened in the suite, in full by bin/acceptance."""

import asyncio
import os
from typing import TypeVar

T = TypeVar("T")

VARIABLE = "TEST_LENGTH"  # "full": the site's own waits instead of short ones (testing/settings.py), too


class Length:
    def __init__(self, full: bool) -> None:
        self.full = full

    def pick(self, *, full: T, short: T) -> T:
        """How many, or how long: what the row says, or what shows the same where that is not the point."""
        return full if self.full else short

    async def elapse(self, *, full: float, short: float) -> None:
        """Let seconds pass, for a row that is about time itself; everything else waits for a state."""
        await asyncio.sleep(self.pick(full=full, short=short))


length = Length(full=os.environ.get(VARIABLE) == "full")
