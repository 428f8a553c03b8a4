"""A Redis that answers reads but accepts no writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis

UNUSED_PORT = 1

Act = Callable[[Redis], Any]

WAYS: dict[str, tuple[Act, Act]] = {
    "a read-only replica": (
        lambda redis: redis.replicaof("127.0.0.1", UNUSED_PORT),
        lambda redis: redis.replicaof("NO", "ONE"),
    ),
    "full memory": (lambda redis: redis.config_set("maxmemory", 1), lambda redis: redis.config_set("maxmemory", 0)),
}


@contextmanager
def read_only(redis: Redis, way: str) -> Iterator[None]:
    begin, end = WAYS[way]
    begin(redis)
    try:
        yield
    finally:
        end(redis)
