"""Agreement of all views, Redis and the model once a `World` is quiet."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from presence.report import verify
from presence.tests.helpers.invariants import check_invariants
from presence.tests.helpers.waiting import eventually
from presence.tests.helpers.world import PREFIX, TOPICS, World, now
from presence.topics import AWAY, ONLINE
from testing.machine import patience


async def converge(world: World) -> None:
    """Wait until every view equals the sets in Redis and the model, and Redis has no other keys."""
    world.make_up()
    for server in world.running():
        server.go_on()
    began = now()
    with suppress(AssertionError):
        await eventually(lambda: not list(contradictions(world)))
    found = list(contradictions(world))
    assert not found, found
    world.slowest = max(world.slowest, now() - began)
    await check_invariants(world)
    async with asyncio.timeout(patience(15)):
        while await asyncio.to_thread(verify):  # noqa: ASYNC110  # a late heartbeat is a contradiction for a moment
            await asyncio.sleep(0.05)


async def touch(world: World, user: int) -> None:
    """Check that input ends the away state in every view, unless the user hides or chose to be away."""
    if world.decision(user).hidden or world.decision(user).away:
        return
    for server in world.running():
        await eventually(lambda server=server: user in server.sees(AWAY))  # type: ignore[misc]

    def no_view_shows_them_away() -> bool:
        server.tracker.touch(user)
        return not any(user in server.sees(AWAY) for server in world.running())

    await eventually(no_view_shows_them_away)


def contradictions(world: World) -> Iterator[str]:
    servers, people = world.running(), _people(world)
    yield from (f"{s.tracker.node} is in trouble" for s in servers if not s.tracker.available)
    yield from _differences("nodes", _ranked(world, "nodes"), {server.tracker.node for server in servers})
    for name in ("lingering", "hiding"):
        yield from _differences(name, _ranked(world, name), set())
    yield from _differences("owned", _members(world, "owned:*"), _owned(world))
    yield from _differences("connections", _members(world, "conns:*"), _connections(world))
    for topic in TOPICS:
        yield from _differences(topic, set(map(int, world.redis.smembers(f"{PREFIX}topic:{topic}"))), people[topic])
        for server in servers:
            yield from _differences(f"the view of {topic} of {server.slot}", server.sees(topic), people[topic])


def _people(world: World) -> Mapping[str, set[int]]:
    """Return the users on each topic. After AWAY_MS without a touch, all of them are away."""
    people: dict[str, set[int]] = defaultdict(set)
    for tab in world.tabs:
        for topic in tab.shown_on:
            people[topic].add(tab.user)
    people[AWAY] = people[ONLINE]
    return people


def _owned(world: World) -> set[str]:
    holds = [(tab, topic) for tab in world.tabs for topic in tab.topics]
    return {f"{PREFIX}owned:{t.server.tracker.node}:{topic}|{t.user}|{t.connection}" for t, topic in holds}


def _connections(world: World) -> set[str]:
    holds = [(tab, topic) for tab in world.tabs for topic in tab.topics]
    return {f"{PREFIX}conns:{topic}:{t.user}:{t.server.tracker.node}/{t.connection}" for t, topic in holds}


def _ranked(world: World, name: str) -> set[str]:
    return set(map(str, world.redis.zrange(f"{PREFIX}{name}", 0, -1)))


def _members(world: World, pattern: str) -> set[str]:
    keys = world.redis.keys(PREFIX + pattern)
    return {f"{key}:{member}" for key in map(str, keys) for member in map(str, world.redis.smembers(key))}


def _differences(what: str, found: set[Any], expected: set[Any]) -> Iterator[str]:
    if found != expected:
        yield f"{what}: {found} and not {expected}"
