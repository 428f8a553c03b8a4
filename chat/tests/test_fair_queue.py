"""A queue with a few turns at a time for each user, so that requests of many tabs delay no other user."""

import asyncio

from chat.runtime.fair_queue import FairQueue


async def settle() -> None:
    """Let every ready task run."""
    for _ in range(20):
        await asyncio.sleep(0)


class Work:
    """Work that takes a turn, and ends when it is told to."""

    def __init__(self, turns: FairQueue) -> None:
        self._turns = turns
        self.begun: list[str] = []
        self.may_end = asyncio.Event()

    async def do(self, key: str, name: str) -> None:
        async with self._turns.of(key):
            self.begun.append(name)
            await self.may_end.wait()


async def test_so_many_at_a_time_have_a_turn_and_those_who_wait_are_served_in_order() -> None:
    work = Work(turns := FairQueue(2))
    tasks = [asyncio.create_task(work.do("alice", str(number))) for number in range(4)]
    tasks.append(asyncio.create_task(work.do("bob", "Bob's")))
    await settle()
    assert work.begun == ["0", "1", "Bob's"]
    work.may_end.set()
    await asyncio.gather(*tasks)
    assert work.begun == ["0", "1", "Bob's", "2", "3"]
    assert len(turns) == 0


async def test_a_turn_that_is_given_up_goes_to_the_next_in_line() -> None:
    work = Work(turns := FairQueue(1))
    first, second, third = [asyncio.create_task(work.do("alice", name)) for name in ("first", "second", "third")]
    await settle()
    second.cancel()
    first.cancel()
    await settle()
    assert work.begun == ["first", "third"]
    work.may_end.set()
    await third
    assert len(turns) == 0
