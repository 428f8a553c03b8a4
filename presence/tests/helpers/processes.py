"""A server process without its sockets, reduced to its use of the library."""

import asyncio
from collections.abc import Mapping
from typing import Any

from channels.layers import get_channel_layer

from presence.roster import Rosters
from presence.tasks import end
from presence.topics import group
from presence.tracker import Tracker
from presence.watched import Diff


class Process:
    def __init__(self) -> None:
        self.diffs: list[tuple[str, Diff]] = []
        self.availability: list[bool] = []
        self.deaf = False  # True if hints get lost on their way
        self.tracker = Tracker()
        self.tracker.start()
        self.rosters = Rosters(self.note, self.availability.append, self.tracker)
        self.rosters.start()
        self._layer = get_channel_layer()
        self._channel = ""
        self._reader: asyncio.Task[None] | None = None

    def note(self, topic: str, diff: Diff) -> None:
        self.diffs.append((topic, diff))

    async def watch(self, topic: str) -> None:
        if not self._channel:
            self._channel = await self._layer.new_channel()
            self._reader = asyncio.create_task(self._read())
        await self._layer.group_add(group(topic), self._channel)
        await self.rosters.watch(topic)

    def sees(self, topic: str) -> set[int]:
        return set(self.rosters.people(topic))

    def joined(self, topic: str) -> list[int]:
        """Return the users who joined the view, in order. A user who joined twice is listed twice."""
        return [user for name, diff in self.diffs if name == topic for user in sorted(diff.joined)]

    def left(self, topic: str) -> list[int]:
        return [user for name, diff in self.diffs if name == topic for user in sorted(diff.left)]

    async def die(self) -> None:
        """End as by `kill -9`, without telling Redis."""
        await die(self.tracker)
        await self.rosters.stop()

    async def stop(self) -> None:
        await self.tracker.stop(linger_ms=0)
        await self.rosters.stop()
        if self._reader:
            await end([self._reader])
        await self._layer.flush()

    async def _read(self) -> None:
        while True:
            self.hear(await self._layer.receive(self._channel))

    def hear(self, hint: Mapping[str, Any]) -> None:
        if not self.deaf:
            self.rosters.receive(hint)


async def die(tracker: Tracker) -> None:
    await tracker._end_tasks()
    await tracker._store.close()
