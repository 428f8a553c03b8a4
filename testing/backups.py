"""A Redis that comes back from a backup, as after a restore or a failover to a replica that was behind."""

from typing import Any

from redis import Redis

Backup = list[tuple[bytes, bytes, int]]  # keys, their values, and when they expire (ms)


def back_up(redis: Redis) -> Backup:
    raw: Any = _raw(redis)
    return [(key, raw.dump(key), max(raw.pexpiretime(key), 0)) for key in raw.scan_iter()]


def restore(redis: Redis, backup: Backup) -> None:
    """Replace all data in Redis by a backup, in one step, while its clients stay connected."""
    with _raw(redis).pipeline(transaction=True) as pipe:
        pipe.flushall()
        for key, value, ends in backup:
            pipe.restore(key, ends, value, absttl=True)
        pipe.execute()


def _raw(redis: Redis) -> Redis:
    """Return a client of the same Redis that decodes no answers."""
    options = {**redis.connection_pool.connection_kwargs, "decode_responses": False}
    return Redis.from_pool(
        type(redis.connection_pool)(connection_class=redis.connection_pool.connection_class, **options)
    )
