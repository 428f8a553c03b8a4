"""A model of two server processes and their tabs, with random events.

The model is simple: a user with a tab on a living process is present. `invariants.py` has the conditions that hold at
every moment, `convergence.py` those that hold once the world is quiet.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from redis import Redis

from presence.tests.helpers.servers import Server, Tab
from presence.tests.helpers.valkey import Valkey
from presence.topics import AWAY, HIDDEN, ONLINE
from presence.user_states import Decision

TIMES = {
    "LEASE_MS": 300,
    "HEARTBEAT_MS": 100,
    "LINGER_MS": 100,
    "SWEEP_MS": 50,
    "CHECK_MS": 50,
    "AWAY_MS": 400,
}
LINGER = TIMES["LINGER_MS"] / 1000  # seconds
LONGER_THAN_A_LEASE = 1.5 * TIMES["LEASE_MS"] / 1000
ROOMS = ("here.1", "here.2")
TOPICS = (ONLINE, AWAY, HIDDEN, *ROOMS)
PREFIX = "{presence}:"


@dataclass
class World:
    valkey: Valkey
    redis: Redis
    servers: list[Server | None] = field(default_factory=lambda: [None, None])
    tabs: list[Tab] = field(default_factory=list)
    numbers: dict[str, tuple[str, int]] = field(default_factory=dict)
    decisions: dict[int, Decision] = field(default_factory=dict)  # the latest of each user
    words: list[tuple[Server, int, Decision]] = field(default_factory=list)  # on their way to other servers, or lost
    hiding: dict[int, set[Server]] = field(default_factory=dict)  # users who hide, and the servers whose views know it
    opened: int = 0
    slowest: float = 0.0  # seconds from the last event until all agreed

    # -- Events --------------------------------------------------------------------------------------------------------

    async def start(self, slot: int) -> None:
        self.servers[slot] = server = Server(self, slot)
        for topic in TOPICS:
            await server.watch_in_the_end(topic)

    async def open(self, slot: int, user: int, room: str) -> None:
        self.add_tab(slot, user, room)

    def add_tab(self, slot: int, user: int, room: str) -> Tab:
        server = self.server(slot)
        self.opened += 1
        tab = Tab(server, user, room, f"tab-{self.opened}")
        self.say(server, user, self.decision(user))
        for topic in tab.topics:
            server.tracker.track(topic, user, tab.connection)
        self.tabs.append(tab)
        return tab

    async def close(self, tab: Tab) -> None:
        self.tabs.remove(tab)
        tab.server.tracker.drop(tab.connection)

    async def reload(self, tab: Tab, slot: int) -> None:
        """Reload a tab, possibly on another server. If that was fast, no view may show a change."""
        began, marks = now(), {server: len(server.diffs) for server in tab.seen_by}
        await self.close(tab)
        await tab.server.confirm()
        new = self.add_tab(slot, tab.user, tab.room)
        await new.server.confirm()
        if tab.is_steady and new.is_steady and now() - began < LINGER:
            new.seen_by = tab.seen_by
            for server, mark in marks.items():
                server.note_flickers(server.diffs[mark:], [new])

    async def switch(self, tab: Tab, room: str) -> None:
        tracker = tab.server.tracker
        tracker.untrack(tab.room, tab.user, tab.connection, linger=False)
        tab.room = room
        tab.unsettle()
        tracker.track(tab.room, tab.user, tab.connection)

    async def decide(self, slot: int, user: int, decision: Decision) -> None:
        """Make a decision on one server, even a frozen one. The others learn of it late, in any order, or never."""
        version = self.decision(user).version + 1
        self.decisions[user] = decision = decision._replace(version=version)
        self.hiding.pop(user, None)
        for tab in self.tabs:
            if tab.user == user:
                tab.unsettle()
        server = self.server(slot)
        self.say(server, user, decision)
        self.words += [(other, user, decision) for other in self.running() if other is not server]
        await server.confirm()

    async def hear(self, number: int) -> None:
        """Deliver one of the messages about decisions."""
        server, user, decision = self.words.pop(number % len(self.words))
        self.say(server, user, decision)
        await server.confirm()

    def say(self, server: Server, user: int, decision: Decision) -> None:
        server.tracker.set_state(user, **decision._asdict())
        server.heard[user] = max(decision.version, server.heard.get(user, 0))

    def make_up(self) -> None:
        """Send each server the latest decisions of the users who have a tab there."""
        for tab in self.tabs:
            if not tab.server.has_heard(tab.user):
                self.say(tab.server, tab.user, self.decision(tab.user))

    async def kill(self, slot: int) -> None:
        await self.server(slot).die()
        await self._bury(slot)

    async def restart(self, slot: int, linger_ms: int, reconnect: bool) -> None:
        """Stop and start a server cleanly. Its tabs may reconnect to its successor."""
        server = self.server(slot)
        server.go_on()
        lost = self.tabs_of(server)
        await server.tracker.stop(linger_ms=linger_ms)
        await server.rosters.stop()
        await self._bury(slot)
        await self.start(slot)
        if reconnect:
            for tab in lost:
                self.add_tab(slot, tab.user, tab.room)

    async def hang(self) -> None:
        """Freeze all servers for longer than a lease."""
        running = [server for server in self.running() if server.runs.is_set()]
        for server in running:
            server.freeze()
        await asyncio.sleep(LONGER_THAN_A_LEASE)
        for server in running:
            server.go_on()

    async def hang_redis(self) -> None:
        self.valkey.pause()
        try:
            await asyncio.sleep(LONGER_THAN_A_LEASE)
        finally:
            self.valkey.go_on()

    async def flush(self) -> None:
        self._forget_who_hides()
        self.redis.flushall()

    async def restart_redis(self) -> None:
        self._forget_who_hides()
        await asyncio.to_thread(self.valkey.kill)
        await asyncio.to_thread(self.valkey.start)

    def _forget_who_hides(self) -> None:
        """Forget hidden users who have a tab on a server that does not know it: that server fills an empty Redis."""
        for tab in self.tabs:
            if not tab.server.has_heard(tab.user):
                self.hiding.pop(tab.user, None)

    # -- State ---------------------------------------------------------------------------------------------------------

    def decision(self, user: int) -> Decision:
        return self.decisions.get(user, Decision(hidden=False, away=False))

    def shown_on(self, user: int, topics: Iterable[str]) -> set[str]:
        """Return the topics that show a user. Users who are away because of no input are on AWAY as well."""
        decision = self.decision(user)
        return {HIDDEN} if decision.hidden else {*topics, *({AWAY} if decision.away else ())}

    def server(self, slot: int) -> Server:
        server = self.servers[slot]
        assert server
        return server

    def running(self) -> list[Server]:
        return [server for server in self.servers if server]

    def tabs_of(self, server: Server) -> list[Tab]:
        return [tab for tab in self.tabs if tab.server is server]

    async def end(self) -> None:
        for server in self.running():
            server.go_on()
            await server.stop()

    async def _bury(self, slot: int) -> None:
        server = self.server(slot)
        await server.stop_reading()
        self.tabs = [tab for tab in self.tabs if tab.server is not server]
        self.words = [word for word in self.words if word[0] is not server]
        self.servers[slot] = None


def now() -> float:
    return asyncio.get_running_loop().time()
