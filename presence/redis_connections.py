"""Connections to Redis: their options, and the translation of their errors into this library's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis.exceptions import ConnectionError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from presence.errors import CorruptData, LostData, NoAnswer, NoLease, PresenceError, PresenceUnavailable
from presence.keys import key

# Seconds. A call on a new connection may wait twice, for the handshake and for its answer, and must still end within
# three seconds when Redis has gone silent.
TIMEOUT = 1.25
CONNECTIONS = 16  # in each pool; further callers wait

# Retry once if the connection is lost: a kept connection may be older than a restart of Redis. All calls may be
# repeated. There is no retry after a time-out, which would only make it longer.
ONCE = (1, (ConnectionError,))

OPTIONS: dict[str, Any] = {
    "max_connections": CONNECTIONS,
    "timeout": TIMEOUT,  # for a free connection
    "socket_timeout": TIMEOUT,
    "socket_connect_timeout": TIMEOUT,
    "decode_responses": True,
    "protocol": 2,
}


def asking(pipe: Any) -> Any:
    """Add the reads that `life_of` needs to the start of the pipeline, and return it."""
    pipe.get(key("epoch"))
    pipe.time()
    pipe.mget(key("swept"), key("unsettled"))
    return pipe


@contextmanager
def named_errors() -> Iterator[None]:
    try:
        yield
    except PresenceError:
        raise
    except ResponseError as error:
        raise _named(error) from error
    except RedisTimeoutError as error:
        raise NoAnswer(f"Redis did not answer in time: {error}") from error
    except (RedisError, OSError) as error:
        raise PresenceUnavailable(f"Redis is not available: {error}") from error
    except (ValueError, TypeError) as error:
        raise CorruptData(f"Redis holds something else than presence: {error}") from error


def _named(error: ResponseError) -> PresenceError:
    # redis-py cuts the first word off some errors and leaves it on others, so search the whole text.
    text = str(error)
    if "NOLEASE" in text:
        return NoLease("the node has no lease")
    if "LOSTDATA" in text:
        return LostData("Redis lost everything, or was restored from an older state")
    if "WRONGTYPE" in text or "not an integer" in text:
        return CorruptData(text)
    return PresenceUnavailable(text)
