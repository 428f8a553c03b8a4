"""Blocking reads for code without an event loop: one round trip each. All raise PresenceUnavailable."""

import functools
from collections.abc import Sequence

from redis import BlockingConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from presence.conf import conf
from presence.keys import key
from presence.redis_connections import ONCE, OPTIONS, asking, named_errors
from presence.replies import Life, life_of, milliseconds


def count_now(topics: Sequence[str]) -> tuple[Life, list[int]]:
    """Return what `Store.counts` returns, and block the thread for one round trip."""
    pipe = asking(_sync_redis(conf().redis_url).pipeline(transaction=False))
    for topic in topics:
        pipe.scard(key("topic", topic))
    with named_errors():
        epoch, clock, marks, *numbers = pipe.execute()
        return life_of(epoch, clock, marks), numbers


def present_now(user_id: int, topics: Sequence[str]) -> tuple[Life, list[bool]]:
    """Return the life of the data, and for each topic True if the user is present. As `count_now`."""
    pipe = asking(_sync_redis(conf().redis_url).pipeline(transaction=False))
    for topic in topics:
        pipe.sismember(key("topic", topic), str(user_id))
    with named_errors():
        epoch, clock, marks, *answers = pipe.execute()
        return life_of(epoch, clock, marks), list(map(bool, answers))


def among_now(topic: str, user_ids: Sequence[int]) -> tuple[Life, list[bool]]:
    """Return the life of the data, and for each user True if present on the topic. As `count_now`."""
    pipe = asking(_sync_redis(conf().redis_url).pipeline(transaction=False))
    pipe.smismember(key("topic", topic), [str(user) for user in user_ids])
    with named_errors():
        epoch, clock, marks, answers = pipe.execute()
        return life_of(epoch, clock, marks), list(map(bool, answers))


def nodes_now() -> tuple[Life, list[str]]:
    """Return the life of the data, and the nodes with a valid lease by Redis' own clock. As `count_now`."""
    pipe = asking(_sync_redis(conf().redis_url).pipeline(transaction=False))
    pipe.zrange(key("nodes"), 0, -1, withscores=True)
    with named_errors():
        epoch, clock, marks, leases = pipe.execute()
        now = milliseconds(clock)
        return life_of(epoch, clock, marks), [str(node) for node, end in leases if end > now]


@functools.lru_cache(maxsize=4)
def _sync_redis(url: str) -> Redis:
    return Redis(connection_pool=BlockingConnectionPool.from_url(url, retry=Retry(NoBackoff(), *ONCE), **OPTIONS))
