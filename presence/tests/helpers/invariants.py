"""Conditions that must hold in a `World` at every moment."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from redis import Redis

from presence.tests.helpers.servers import Server, Tab
from presence.tests.helpers.world import PREFIX, TOPICS, World
from presence.topics import HIDDEN

Found = Mapping[tuple[str, ...], Any]  # keyed by the parts of a key


async def check_invariants(world: World) -> None:
    for server in world.running():
        await server.confirm()
    steady = [tab for tab in world.tabs if tab.is_steady]
    found = _read(world, steady)
    _check_numbers(world, found)
    for tab in steady:
        if found["node", tab.node]:
            _check_tab(world, tab, found)
        else:
            tab.unsettle()  # its lease has ended, and its server has not noticed yet
    for server in world.running():
        _check_view(world, server, found, steady)
        _check_notes(world, server)


def _check_tab(world: World, tab: Tab, found: Found) -> None:
    for topic in tab.topics:
        assert f"{tab.node}/{tab.connection}" in found["conns", topic, str(tab.user)], f"{tab} is not in {topic}"
    if is_still_seen(tab.user, found):
        return
    for topic in TOPICS:
        is_shown = str(tab.user) in found["topic", topic]
        assert is_shown or topic not in tab.shown_on, f"the user of {tab} is not in {topic}"
        assert not is_shown or topic == HIDDEN or not world.decision(tab.user).hidden, f"{tab} is seen on {topic}"


def is_still_seen(user: int, found: Found) -> bool:
    """Return whether the user has decided to hide less than a linger ago."""
    return str(user) in found["hiding",]


def _check_view(world: World, server: Server, found: Found, steady: Iterable[Tab]) -> None:
    """Check that a view shows at its version what Redis has at that version. The view may be behind."""
    in_step = {topic for topic in TOPICS if server.number(topic) == _number(found, topic)}
    for topic in in_step:
        people = set(map(int, found["topic", topic]))
        assert server.sees(topic) - server.unconfirmed(topic) == people, f"{topic} is not {people} in a view"
    for tab in steady:
        if in_step.issuperset(tab.shown_on):
            tab.seen_by.add(server)
        if world.decision(tab.user).hidden and not is_still_seen(tab.user, found) and in_step == set(TOPICS):
            world.hiding.setdefault(tab.user, set()).add(server)


def _check_notes(world: World, server: Server) -> None:
    """Check what the server noted.

    A node cannot get an ended lease back, so a node that has a lease now has had it all the time.
    """
    wrongs = [words for node, words in server.flickers if world.redis.exists(f"{PREFIX}node:{node}")]
    assert not server.wrongs + wrongs, server.wrongs + wrongs
    server.flickers.clear()


def _check_numbers(world: World, found: Found) -> None:
    for topic in TOPICS:
        old, new = world.numbers.get(topic, ("", 0)), _number(found, topic)
        assert old[0] != new[0] or old[1] <= new[1], f"the number of {topic} fell from {old} to {new}"
        world.numbers[topic] = new


def _read(world: World, steady: list[Tab]) -> Found:
    """Read all keys in one step of Redis."""
    reads: dict[tuple[str, ...], Callable[..., Any]] = {("epoch",): Redis.get, ("hiding",): _ranked}
    reads |= {("version", topic): Redis.get for topic in TOPICS}
    reads |= {("topic", topic): Redis.smembers for topic in TOPICS}
    reads |= {("node", tab.node): Redis.get for tab in steady}
    reads |= {("conns", topic, str(tab.user)): Redis.smembers for tab in steady for topic in tab.topics}
    with world.redis.pipeline(transaction=True) as pipe:
        for parts, read in reads.items():
            read(pipe, PREFIX + ":".join(parts))
        return dict(zip(reads, pipe.execute(), strict=True))


def _ranked(redis: Redis, key: str) -> None:
    redis.zrange(key, 0, -1)


def _number(found: Found, topic: str) -> tuple[str, int]:
    return found["epoch",] or "", int(found["version", topic] or 0)
