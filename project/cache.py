"""Cache in Redis, and in each process's own memory while Redis is away.

It holds the counts of attempts to sign in. Without Redis, each process still counts them for itself, and no request
waits: after one failed call, Redis is left alone for a moment.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, ClassVar

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

TIMEOUT = 0.5  # seconds; a call on a new connection may wait twice, for the handshake and for its answer
LEFT_ALONE_SECONDS = 5.0

OPTIONS = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT, "retry": Retry(NoBackoff(), 0)}


class Cache(RedisCache):
    _away_until: ClassVar[float] = 0.0  # on the monotonic clock; shared by the process, since each thread has a cache

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, {**params, "OPTIONS": {**OPTIONS, **params.get("OPTIONS", {})}})
        self._memory = LocMemCache("while Redis is away", {**params, "OPTIONS": {}})

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().add, self._memory.add, *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().get, self._memory.get, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().set, self._memory.set, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().touch, self._memory.touch, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().delete, self._memory.delete, *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().incr, self._memory.incr, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._try(super().has_key, self._memory.has_key, *args, **kwargs)

    def _try(self, ours: Callable[..., Any], meanwhile: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= Cache._away_until:
            try:
                return ours(*args, **kwargs)
            except (RedisError, OSError) as error:
                logger.warning("The cache is out of reach: %s", error)
                Cache._away_until = time.monotonic() + LEFT_ALONE_SECONDS
        return meanwhile(*args, **kwargs)
