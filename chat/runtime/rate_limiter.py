"""Pure: how often something may happen, for each of many keys. Nothing here knows the clock or what is limited."""

from collections.abc import Hashable
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)

MINUTE = 60_000_000_000  # nanoseconds: whole numbers, so that who waits for as long as was told is not a hair too early


class Rate(NamedTuple):
    burst: int  # at once, after a rest
    per_minute: int  # from then on; 0: no limit


class Limiter(Generic[K]):
    """A bucket for each key (GCRA): all that is kept is the moment at which it will be full again.

    A bucket that was not used for as long as it takes to fill is full, and need not be kept. So there are two
    generations, and whenever that time is over, the older one is forgotten as a whole.
    """

    def __init__(self, rate: Rate) -> None:
        self._interval = -(-MINUTE // rate.per_minute) if rate.per_minute else 0
        self._slack = self._interval * (rate.burst - 1)
        self._fills_within = self._interval * rate.burst
        self._full_at: dict[K, int] = {}
        self._older: dict[K, int] = {}
        self._forget_at = 0

    def take(self, key: K, now: int) -> int:
        """Take one from the key's bucket at the moment `now`. 0, or for how long it has none; both in nanoseconds."""
        if wait := self.wait(key, now):
            return wait
        self.spend(key, now, 1)
        return 0

    def wait(self, key: K, now: int) -> int:
        """Return for how long the key's bucket has none, or 0."""
        return max(0, self._when_full(key, now) - now - self._slack) if self._interval else 0

    def spend(self, key: K, now: int, count: int = 1) -> None:
        """Take `count`, whether or not the bucket has them: for costs that are known afterwards."""
        if not self._interval:
            return
        if now >= self._forget_at:
            self._older, self._full_at = self._full_at, {}
            self._forget_at = now + self._fills_within
        self._full_at[key] = self._when_full(key, now) + count * self._interval

    def _when_full(self, key: K, now: int) -> int:
        return max(self._full_at.get(key) or self._older.get(key, now), now)

    def __len__(self) -> int:
        """How many buckets are kept."""
        return len(self._full_at.keys() | self._older.keys())
