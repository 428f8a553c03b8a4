"""Rate limiter with a bucket for each key. Pure: the caller passes the time, and decides what a key is."""

from collections.abc import Hashable
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)

MINUTE = 60_000_000_000  # nanoseconds: exact integers, so that a client that waits as told is not slightly too early


class Rate(NamedTuple):
    burst: int  # at once, after a rest
    per_minute: int  # sustained; 0: no limit


class Limiter(Generic[K]):
    """A bucket for each key (GCRA). It stores only the time at which the bucket will be full again.

    A bucket that has had the time to fill is full, and need not be stored. So buckets are kept in two generations, and
    the older one is dropped whenever that time has passed.
    """

    def __init__(self, rate: Rate) -> None:
        self._interval = -(-MINUTE // rate.per_minute) if rate.per_minute else 0
        self._slack = self._interval * (rate.burst - 1)
        self._fills_within = self._interval * rate.burst
        self._full_at: dict[K, int] = {}
        self._older: dict[K, int] = {}
        self._forget_at = 0

    def take(self, key: K, now: int) -> int:
        """Take one at the time `now`. Return 0, or the wait until the key's bucket has one; both in nanoseconds."""
        if wait := self.wait(key, now):
            return wait
        self.spend(key, now, 1)
        return 0

    def wait(self, key: K, now: int) -> int:
        """Return how long the key's bucket stays empty, in nanoseconds, or 0."""
        return max(0, self._when_full(key, now) - now - self._slack) if self._interval else 0

    def spend(self, key: K, now: int, count: int = 1) -> None:
        """Take `count` even if the bucket has fewer: for costs that are known only afterwards."""
        if not self._interval:
            return
        if now >= self._forget_at:
            self._older, self._full_at = self._full_at, {}
            self._forget_at = now + self._fills_within
        self._full_at[key] = self._when_full(key, now) + count * self._interval

    def _when_full(self, key: K, now: int) -> int:
        return max(self._full_at.get(key) or self._older.get(key, now), now)

    def __len__(self) -> int:
        return len(self._full_at.keys() | self._older.keys())
