"""A server process that can be frozen and that checks its views, and the tabs that it holds."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from redis.exceptions import RedisError

from presence.store import Store
from presence.tasks import end
from presence.tests.helpers.processes import Process
from presence.topics import HIDDEN, ONLINE
from presence.watched import Diff
from testing.machine import patience

if TYPE_CHECKING:
    from presence.tests.helpers.world import World


class FreezableStore(Store):
    """Store of a process that can be frozen: new calls wait until the process goes on."""

    def __init__(self, runs: asyncio.Event) -> None:
        super().__init__()
        self._runs = runs

    async def run_as(self, *args: Any) -> Any:
        await self._runs.wait()
        return await super().run_as(*args)

    async def snapshots(self, *args: Any) -> Any:
        await self._runs.wait()
        return await super().snapshots(*args)

    async def versions(self, *args: Any) -> Any:
        await self._runs.wait()
        return await super().versions(*args)


@dataclass(eq=False)
class Tab:
    server: "Server" = field(repr=False)
    user: int
    room: str
    connection: str
    node: str = ""  # the node under which the whole tab is confirmed to be in Redis
    seen_by: set["Server"] = field(
        default_factory=set, repr=False
    )  # servers whose views have shown its user since then

    @property
    def topics(self) -> tuple[str, str]:
        return ONLINE, self.room

    @property
    def shown_on(self) -> set[str]:
        return self.server.world.shown_on(self.user, self.topics)

    @property
    def is_steady(self) -> bool:
        """Return whether the tab is confirmed under the server's present node.

        While the lease of that node lasts, the tab's user must be present and must stay in every view.
        """
        tracker = self.server.tracker
        return tracker.available and tracker.node == self.node

    def unsettle(self, node: str = "") -> None:
        self.node, self.seen_by = node, set()


class Server(Process):
    """A process that can be frozen, and that notes anything that its views must never show."""

    def __init__(self, world: "World", slot: int) -> None:
        self.world = world
        self.slot = slot
        self.runs = asyncio.Event()
        self.runs.set()
        self.wrongs: list[str] = []
        self.flickers: list[tuple[str, str]] = []  # a node, and the error that counts if the node still has its lease
        self.numbers: dict[str, tuple[str, int]] = {}
        self.heard: dict[int, int] = {}  # the version of the latest decision that it knows of each user
        store = partial(FreezableStore, self.runs)
        with patch("presence.tracker.Store", store), patch("presence.roster.Store", store):
            super().__init__()

    async def watch_in_the_end(self, topic: str) -> None:
        """Watch a topic, and retry while the channel layer has not noticed that Redis was restarted."""
        async with asyncio.timeout(patience(15)):
            while True:
                with suppress(RedisError):
                    return await self.watch(topic)
                await asyncio.sleep(0.01)

    async def confirm(self) -> None:
        """Note the tabs that are certainly in Redis, with the latest decisions of their users.

        This is certain if all operations were applied under one node.
        """
        if not self.runs.is_set():
            return
        node, available, tabs = self.tracker.node, self.tracker.available, self.world.tabs_of(self)
        await self.tracker.settled()
        if available and self.tracker.available and self.tracker.node == node:
            for tab in tabs:
                if tab.node != node and self.has_heard(tab.user):
                    tab.unsettle(node)

    def has_heard(self, user: int) -> bool:
        """Return True if the server knows the latest decision of the user."""
        return self.heard.get(user, 0) == self.world.decision(user).version

    def freeze(self) -> None:
        self.runs.clear()

    def go_on(self) -> None:
        self.runs.set()

    def hear(self, hint: Mapping[str, Any]) -> None:
        if self.runs.is_set():
            super().hear(hint)

    def note(self, topic: str, diff: Diff) -> None:
        super().note(topic, diff)
        self.note_flickers([(topic, diff)], self.world.tabs)
        self.note_hidden(topic, diff)
        old, new = self.numbers.get(topic, ("", 0)), self.number(topic)
        if old[0] == new[0] and old[1] > new[1]:
            self.wrongs.append(f"a view's number of {topic} fell from {old} to {new}")
        self.numbers[topic] = new

    def number(self, topic: str) -> tuple[str, int]:
        """Return the epoch and the version of a view."""
        watched = self.rosters._watched[topic]
        return watched.epoch, watched.version

    def unconfirmed(self, topic: str) -> frozenset[int]:
        """Return the users that a view shows for a while longer after Redis has lost everything."""
        return self.rosters._watched[topic].unconfirmed

    def note_flickers(self, diffs: Iterable[tuple[str, Diff]], tabs: Iterable[Tab]) -> None:
        """Note users who left this view after it had shown them, and who had a tab all the time."""
        for topic, diff in diffs:
            for tab in tabs:
                if topic in tab.shown_on and tab.user in diff.left and tab.is_steady and self in tab.seen_by:
                    self.flickers.append((tab.node, f"{tab.user} left {topic} in a view, and was there all the time"))

    def note_hidden(self, topic: str, diff: Diff) -> None:
        """Note users who joined this view after it had heard that they hide."""
        seen = {user for user in diff.joined if self in self.world.hiding.get(user, ())}
        if seen and topic != HIDDEN:
            self.wrongs.append(f"{seen} joined {topic} in a view, and want to be hidden")

    async def stop_reading(self) -> None:
        if self._reader:
            await end([self._reader])
