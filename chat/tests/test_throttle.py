"""The throttle of a hub: soon after the first change, and less often while changes go on."""

import asyncio
import time

import pytest

from chat.hub.roster.throttle import LATEST_SECONDS, SOONEST_SECONDS, Throttle
from testing.machine import patience


@pytest.mark.alone
class TestPace:
    async def test_the_first_change_is_told_soon_and_continuing_changes_less_and_less_often(self) -> None:
        noted: list[float] = []
        told: list[float] = []
        late: list[float] = []

        def tell() -> None:
            told.append(time.monotonic())
            late.append(told[-1] - noted[0])
            noted.clear()

        pace = Throttle(tell)
        end = time.monotonic() + 4 * LATEST_SECONDS
        while time.monotonic() < end:
            noted.append(time.monotonic())
            pace.soon()
            await asyncio.sleep(0.01)
        assert 4 <= len(told) <= 8
        assert late[0] < SOONEST_SECONDS + patience(0.1, alone=True)
        assert late == sorted(late) or max(late) < LATEST_SECONDS + patience(0.2, alone=True)
        pace.stop()
