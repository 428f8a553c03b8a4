"""Reports for operators: the current state, and its contradictions.

Both calls are for code without an event loop, such as views and commands; elsewhere, call them in a thread. Both only
read, and keep Redis busy for no more than a few milliseconds at a time, for any number of people.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from presence import audit
from presence.audit import Contradiction
from presence.keys import key
from presence.redis_connections import named_errors
from presence.store import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Node:
    """One server process, as Redis knows it."""

    id: str
    lease_ms: int | None
    """Rest of its lease; None if the lease has ended and the node is about to be swept."""
    connections: int


@dataclass(frozen=True, slots=True)
class Report:
    epoch: str
    """A changed epoch means that Redis lost everything meanwhile."""
    nodes: tuple[Node, ...]
    """Sorted by lease, the longest first."""
    topics: dict[str, int]
    """Number of people on each topic that has any, the most populous first."""
    lingering: int
    """Number of users who lost a connection on a topic and may come back, even if they have other connections."""
    done: dict[str, int]
    """Totals since the epoch began: `sweeps`, `swept_nodes`, `swept_holds` (their entries on topics), `repairs`."""


def report() -> Report:
    """Return nodes, connections, topics, and the work done.

    Raises PresenceUnavailable, CorruptData. Costs one round trip for each 250 keys in that Redis, its own or not, two
    or more for each node (one for each 250 entries that it owns), and three.
    """
    return _run(_report)


def verify() -> list[Contradiction]:
    """Compare the sets with one another, and return all contradictions; an empty list is healthy.

    Each contradiction was true at one moment, so people who come and go meanwhile cause none. Servers repair the damage
    that they notice within REPAIR_MS or two: look into a contradiction that stays for longer. Raises
    PresenceUnavailable.
    Costs about two round trips for each 250 keys, connections and members of topics, and some 10 ms of Redis' time for
    each thousand people.
    """
    return _run(_verify)


async def _report(store: Store) -> Report:
    topics = [":".join(parts[1:]) async for page in audit.keys(store, "topic:*") for parts in page]
    nodes = [await _node(store, node) for node in await audit.ranked(store, "nodes")]
    life, counts = await store.counts(topics)
    people = dict(zip(topics, counts, strict=True))
    pipe = store.redis.pipeline(transaction=False)
    pipe.zcard(key("lingering"))
    pipe.hgetall(key("done"))
    with named_errors():
        lingering, done = await pipe.execute()
        return Report(
            epoch=life.epoch,
            nodes=tuple(sorted(nodes, key=lambda node: node.lease_ms or 0, reverse=True)),
            topics=dict(sorted(people.items(), key=lambda item: (-item[1], item[0]))),
            lingering=lingering,
            done={name: int(number) for name, number in sorted(done.items())},
        )


async def _verify(store: Store) -> list[Contradiction]:
    found: dict[Contradiction, None] = {}
    for pages in (audit.places(store), audit.claims(store)):
        async for items in pages:
            found |= dict.fromkeys((await audit.examine(store, "", items))[1])
    return list(found)


async def _node(store: Store, node: str) -> Node:
    connections: set[str] = set()
    async for entries in audit.members(store, "owned", node):
        connections.update(entry.split("|", 2)[-1] for entry in entries)
    with named_errors():
        remaining = await store.redis.pttl(key("node", node))
    return Node(node, remaining if remaining >= 0 else None, len(connections))


def _run(read: Callable[[Store], Awaitable[T]]) -> T:
    # Run on a loop of its own, so that a long read does not delay the caller's loop.

    async def work() -> T:
        store = Store()
        try:
            return await read(store)
        finally:
            await store.close()

    return asyncio.run(work())
