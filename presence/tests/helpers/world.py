"""Two processes, their tabs, what Redis must say of them at every moment, and what all must agree on once it is quiet.

The model is simple: whoever has a tab open on a process that lives is present. All else is when that must show.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from redis import Redis

from presence.decisions import Decision
from presence.report import verify
from presence.tests.helpers.servers import Server, Tab
from presence.tests.helpers.valkey import Valkey
from presence.tests.helpers.waiting import eventually
from presence.topics import AWAY, HIDDEN, ONLINE

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

Found = Mapping[tuple[str, ...], Any]  # by the parts of a key


@dataclass
class World:
    valkey: Valkey
    redis: Redis
    servers: list[Server | None] = field(default_factory=lambda: [None, None])
    tabs: list[Tab] = field(default_factory=list)
    numbers: dict[str, tuple[str, int]] = field(default_factory=dict)
    decisions: dict[int, Decision] = field(default_factory=dict)  # the latest of each user
    words: list[tuple[Server, int, Decision]] = field(default_factory=list)  # on their way to other servers, or lost
    hiding: dict[int, set[Server]] = field(default_factory=dict)  # who, and whose views have heard of it
    opened: int = 0
    slowest: float = 0.0  # seconds, from when it was quiet until all agreed

    # -- What happens --------------------------------------------------------------------------------------------------

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
        """Perhaps on another server. If it was quick enough, nobody must see it."""
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
        """On one server, though it may be frozen. The others hear of it late, in whatever order, or never."""
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
        """One of the words arrives."""
        server, user, decision = self.words.pop(number % len(self.words))
        self.say(server, user, decision)
        await server.confirm()

    def say(self, server: Server, user: int, decision: Decision) -> None:
        server.tracker.set_state(user, **decision._asdict())
        server.heard[user] = max(decision.version, server.heard.get(user, 0))

    def make_up(self) -> None:
        """Whoever has a tab of somebody finds out what they decided last."""
        for tab in self.tabs:
            if not tab.server.has_heard(tab.user):
                self.say(tab.server, tab.user, self.decision(tab.user))

    async def kill(self, slot: int) -> None:
        await self.server(slot).die()
        await self._bury(slot)

    async def restart(self, slot: int, linger_ms: int, reconnect: bool) -> None:
        """In good order; its tabs may reconnect to its successor."""
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
        """All servers, for longer than a lease."""
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
        """An empty Redis believes a server that has a tab of them and has heard nothing."""
        for tab in self.tabs:
            if not tab.server.has_heard(tab.user):
                self.hiding.pop(tab.user, None)

    # -- What must hold at every moment --------------------------------------------------------------------------------

    async def check(self) -> None:
        for server in self.running():
            await server.confirm()
        steady = [tab for tab in self.tabs if tab.is_steady]
        found = self._read(steady)
        self._check_numbers(found)
        for tab in steady:
            if found["node", tab.node]:
                self._check_tab(tab, found)
            else:
                tab.unsettle()  # its lease has ended, and its server has not noticed yet
        for server in self.running():
            self._check_view(server, found, steady)
            self._check_notes(server)

    def _check_tab(self, tab: Tab, found: Found) -> None:
        for topic in tab.topics:
            assert f"{tab.node}/{tab.connection}" in found["conns", topic, str(tab.user)], f"{tab} is not in {topic}"
        for topic in TOPICS:
            is_shown = str(tab.user) in found["topic", topic]
            assert is_shown or topic not in tab.shown_on, f"the user of {tab} is not in {topic}"
            assert not is_shown or topic == HIDDEN or not self.decision(tab.user).hidden, f"{tab} is seen on {topic}"

    def _check_view(self, server: Server, found: Found, steady: Iterable[Tab]) -> None:
        """A view may be behind, but what it shows at a version is what Redis has at that version."""
        in_step = {topic for topic in TOPICS if server.number(topic) == number(found, topic)}
        for topic in in_step:
            people = set(map(int, found["topic", topic]))
            assert server.sees(topic) - server.unconfirmed(topic) == people, f"{topic} is not {people} in a view"
        for tab in steady:
            if in_step.issuperset(tab.shown_on):
                tab.seen_by.add(server)
            if self.decision(tab.user).hidden and in_step == set(TOPICS):
                self.hiding.setdefault(tab.user, set()).add(server)

    def _check_notes(self, server: Server) -> None:
        """A node whose lease has ended cannot get it back: one that has it has had it all the time."""
        wrongs = [words for node, words in server.flickers if self.redis.exists(f"{PREFIX}node:{node}")]
        assert not server.wrongs + wrongs, server.wrongs + wrongs
        server.flickers.clear()

    def _check_numbers(self, found: Found) -> None:
        for topic in TOPICS:
            old, new = self.numbers.get(topic, ("", 0)), number(found, topic)
            assert old[0] != new[0] or old[1] <= new[1], f"the number of {topic} fell from {old} to {new}"
            self.numbers[topic] = new

    def _read(self, steady: list[Tab]) -> Found:
        """All of it in one step of Redis."""
        reads: dict[tuple[str, ...], Callable[..., Any]] = {("epoch",): Redis.get}
        reads |= {("version", topic): Redis.get for topic in TOPICS}
        reads |= {("topic", topic): Redis.smembers for topic in TOPICS}
        reads |= {("node", tab.node): Redis.get for tab in steady}
        reads |= {("conns", topic, str(tab.user)): Redis.smembers for tab in steady for topic in tab.topics}
        with self.redis.pipeline(transaction=True) as pipe:
            for parts, read in reads.items():
                read(pipe, PREFIX + ":".join(parts))
            return dict(zip(reads, pipe.execute(), strict=True))

    # -- What must hold once it is quiet -------------------------------------------------------------------------------

    async def quiet(self) -> None:
        """Every view = the sets in Redis = the model, and Redis keeps nothing else."""
        self.make_up()
        for server in self.running():
            server.go_on()
        began = now()
        with suppress(AssertionError):
            await eventually(lambda: not list(self.contradictions()))
        found = list(self.contradictions())
        assert not found, found
        self.slowest = max(self.slowest, now() - began)
        await self.check()
        async with asyncio.timeout(15):
            while await asyncio.to_thread(verify):  # noqa: ASYNC110  # a heartbeat that is late shows, for a moment
                await asyncio.sleep(0.05)

    async def touch(self, user: int) -> None:
        """Whoever is away, but not by their own will, and does something, is away no more in every view."""
        if self.decision(user).hidden or self.decision(user).away:
            return
        for server in self.running():
            await eventually(lambda server=server: user in server.sees(AWAY))  # type: ignore[misc]

        def nobody_has_them_away() -> bool:
            server.tracker.touch(user)
            return not any(user in server.sees(AWAY) for server in self.running())

        await eventually(nobody_has_them_away)

    def contradictions(self) -> Iterator[str]:
        servers, people = self.running(), self._people()
        yield from (f"{s.tracker.node} is in trouble" for s in servers if not s.tracker.available)
        yield from _differences("nodes", self._nodes(), {server.tracker.node for server in servers})
        yield from _differences("lingering", self._lingering(), set())
        yield from _differences("owned", self._members("owned:*"), self._owned())
        yield from _differences("connections", self._members("conns:*"), self._connections())
        for topic in TOPICS:
            yield from _differences(topic, set(map(int, self.redis.smembers(f"{PREFIX}topic:{topic}"))), people[topic])
            for server in servers:
                yield from _differences(f"the view of {topic} of {server.slot}", server.sees(topic), people[topic])

    def _people(self) -> Mapping[str, set[int]]:
        """By topic. After AWAY_MS without a touch, everybody is away."""
        people: dict[str, set[int]] = defaultdict(set)
        for tab in self.tabs:
            for topic in tab.shown_on:
                people[topic].add(tab.user)
        people[AWAY] = people[ONLINE]
        return people

    def _owned(self) -> set[str]:
        holds = [(tab, topic) for tab in self.tabs for topic in tab.topics]
        return {f"{PREFIX}owned:{t.server.tracker.node}:{topic}|{t.user}|{t.connection}" for t, topic in holds}

    def _connections(self) -> set[str]:
        holds = [(tab, topic) for tab in self.tabs for topic in tab.topics]
        return {f"{PREFIX}conns:{topic}:{t.user}:{t.server.tracker.node}/{t.connection}" for t, topic in holds}

    def _nodes(self) -> set[str]:
        return set(map(str, self.redis.zrange(f"{PREFIX}nodes", 0, -1)))

    def _lingering(self) -> set[str]:
        return set(map(str, self.redis.zrange(f"{PREFIX}lingering", 0, -1)))

    def _members(self, pattern: str) -> set[str]:
        keys = self.redis.keys(PREFIX + pattern)
        return {f"{key}:{member}" for key in map(str, keys) for member in map(str, self.redis.smembers(key))}

    def decision(self, user: int) -> Decision:
        return self.decisions.get(user, Decision(hidden=False, away=False))

    def shown_on(self, user: int, topics: Iterable[str]) -> set[str]:
        """Whatever the input: who is away for want of it is on AWAY, too."""
        decision = self.decision(user)
        return {HIDDEN} if decision.hidden else {*topics, *({AWAY} if decision.away else ())}

    # -- Who there is --------------------------------------------------------------------------------------------------

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


def number(found: Found, topic: str) -> tuple[str, int]:
    return found["epoch",] or "", int(found["version", topic] or 0)


def _differences(what: str, found: set[Any], expected: set[Any]) -> Iterator[str]:
    if found != expected:
        yield f"{what}: {found} and not {expected}"


def now() -> float:
    return asyncio.get_running_loop().time()
