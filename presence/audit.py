"""Paged reads of all presence keys in Redis, and their examination in atomic steps."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from presence.conf import conf
from presence.errors import CorruptData
from presence.keys import PREFIX, key, parts_of
from presence.redis_connections import named_errors
from presence.replies import Outcome, outcome_of
from presence.store import BATCH, Store

WRONG = {
    "absent": gettext_noop("%(key)s lacks %(member)s, which other keys imply."),
    "unconnected": gettext_noop("%(key)s has %(member)s, which has no connection."),
    "exposed": gettext_noop("%(key)s has %(member)s, who is hidden."),
    "unfounded": gettext_noop("%(key)s has %(member)s, which doesn’t match its state."),
    "overdue": gettext_noop("%(key)s has %(member)s, which a sweep should have removed."),
    "nonsense": gettext_noop("%(key)s has %(member)s, which has no meaning."),
    "mistyped": gettext_noop("%(key)s is a %(member)s, which is a type that presence doesn’t use for it."),
    "corrupt": gettext_noop("%(key)s can’t be examined: %(member)s"),
}

SINGLE = (
    *("epoch", "nodes", "lingering", "hiding", "inputs"),
    *("swept", "unsettled", "returning", "ended", "repairing", "done"),
)

Item = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A contradiction in Redis: a key of WRONG, the key, and its member that is wrong."""

    wrong: str
    key: str
    member: str

    def __str__(self) -> str:
        return _(WRONG[self.wrong]) % {"key": self.key, "member": self.member}


async def claim(store: Store, node: str, repair_ms: int) -> bool:
    """Claim the turn to examine everything, and return True if it was free. Raises NoLease. One round trip."""
    return bool(await store.run_as(node, "claim", repair_ms))


async def examine(store: Store, healer: str, items: Sequence[Item]) -> tuple[Outcome, list[Contradiction]]:
    """Examine about BATCH items in one step, and heal them in the name of the node `healer`; only read if it is empty.

    Raises NoLease. One round trip.
    """
    *reply, found = await store.run_as(healer, "examine", json.dumps(items), conf().lease_ms)
    with named_errors():
        return outcome_of(reply), [Contradiction(*contradiction) for contradiction in found]


async def keys(store: Store, pattern: str) -> AsyncIterator[list[list[str]]]:
    """Yield the parts of all keys that match. One round trip for each BATCH keys in that Redis, matching or not."""
    async for page in _paged(store.redis.scan_iter(match=f"{PREFIX}{pattern}", count=BATCH)):
        yield [parts_of(name) for name in page]


async def members(store: Store, *name: str) -> AsyncIterator[list[str]]:
    """Yield the members of a set, page by page. Raises CorruptData. One round trip for each BATCH."""
    async for page in _paged(store.redis.sscan_iter(key(*name), count=BATCH)):
        yield page


async def ranked(store: Store, name: str) -> list[str]:
    """Return the members of a sorted set, in order. Raises CorruptData. One round trip."""
    with named_errors():
        return [str(member) for member in await store.redis.zrange(key(name), 0, -1)]


async def places(store: Store) -> AsyncIterator[list[Item]]:
    """Iterate over users on topics, over nodes, and over the keys that exist once, in pages of about BATCH."""
    yield [("key", name) for name in SINGLE]
    async for page in keys(store, "*"):
        yield list(_items(page))
        for parts in page:
            if parts[0] == "topic":
                async for items in _listed(store, parts, ("place", *parts[1:])):
                    yield items


async def claims(store: Store) -> AsyncIterator[list[Item]]:
    """Iterate over owned entries, nodes, and users who linger or are about to hide, in pages as `places` does."""
    async for page in keys(store, "owned:*"):
        for parts in page:
            async for items in _listed(store, parts, tuple(parts)):
                yield items
    for kind, name in (("node", "nodes"), ("lingering", "lingering"), ("hiding", "hiding")):
        async for items in _listed_in_order(store, name, kind):
            yield items


async def _listed(store: Store, name: Sequence[str], item: Item) -> AsyncIterator[list[Item]]:
    """Yield the members of a set as items. Yield the key itself if its type is wrong, so that `examine` reports it."""
    try:
        async for page in members(store, *name):
            yield [(*item, member) for member in page]
    except CorruptData:
        yield [("key", ":".join(name))]


async def _listed_in_order(store: Store, name: str, kind: str) -> AsyncIterator[list[Item]]:
    try:
        entries = await ranked(store, name)
    except CorruptData:
        yield [("key", name)]
        return
    for start in range(0, len(entries), BATCH):
        yield [(kind, entry) for entry in entries[start : start + BATCH]]


def _items(page: Iterable[list[str]]) -> Iterable[Item]:
    for parts in page:
        match parts:
            case ["topics", user]:
                yield "person", user
            case ["conns", topic, user]:
                yield "place", topic, user
            case ["node" | "owned", node]:
                yield "node", node
            case ["version" | "state" as kind, name]:
                yield "key", f"{kind}:{name}"


async def _paged(found: AsyncIterator[Any]) -> AsyncIterator[list[str]]:
    page: list[str] = []
    with named_errors():
        async for each in found:
            page.append(str(each))
            if len(page) == BATCH:
                yield page
                page = []
    if page:
        yield page
