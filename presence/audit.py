"""All that is there: read page by page, examined in steps that each see it as it is at one moment."""

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
    """Disagreement of two places in Redis: a key of WRONG, and the member of a key that is wrong in this way."""

    wrong: str
    key: str
    member: str

    def __str__(self) -> str:
        return _(WRONG[self.wrong]) % {"key": self.key, "member": self.member}


async def claim(store: Store, node: str, repair_ms: int) -> bool:
    """Take the turn to examine everything, if it is free. Returns whether it was. Raises NoLease. One round trip."""
    return bool(await store.run_as(node, "claim", repair_ms))


async def examine(store: Store, healer: str, items: Sequence[Item]) -> tuple[Outcome, list[Contradiction]]:
    """Examine BATCH items or so in one step; heal them in the name of a node, unless that is empty.

    Raises NoLease. One round trip.
    """
    *reply, found = await store.run_as(healer, "examine", json.dumps(items), conf().lease_ms)
    with named_errors():
        return outcome_of(reply), [Contradiction(*contradiction) for contradiction in found]


async def keys(store: Store, pattern: str) -> AsyncIterator[list[list[str]]]:
    """The parts of all keys that match. One round trip for each BATCH keys in that Redis, whatever they are."""
    async for page in _paged(store.redis.scan_iter(match=f"{PREFIX}{pattern}", count=BATCH)):
        yield [parts_of(name) for name in page]


async def members(store: Store, *name: str) -> AsyncIterator[list[str]]:
    """A set's members. Raises CorruptData. One round trip for each BATCH."""
    async for page in _paged(store.redis.sscan_iter(key(*name), count=BATCH)):
        yield page


async def ranked(store: Store, name: str) -> list[str]:
    """A sorted set's members. Raises CorruptData. One round trip."""
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
    """Iterate over what nodes own, over the nodes, and over the users who linger or are about to hide; as `places`."""
    async for page in keys(store, "owned:*"):
        for parts in page:
            async for items in _listed(store, parts, tuple(parts)):
                yield items
    for kind, name in (("node", "nodes"), ("lingering", "lingering"), ("hiding", "hiding")):
        async for items in _listed_in_order(store, name, kind):
            yield items


async def _listed(store: Store, name: Sequence[str], item: Item) -> AsyncIterator[list[Item]]:
    """A set's members as items; or the key, for its type to be named."""
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
