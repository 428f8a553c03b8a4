"""Decisions of users about themselves, kept in memory like their holds as far as this process needs them."""

import time
from collections.abc import Iterator
from typing import NamedTuple

from presence.connections import Held

# Kept decisions of users without holds here: a decision comes before the first connection, shortly before it.
SPARE = 1_000


class Decision(NamedTuple):
    hidden: bool
    away: bool
    version: int = 0


class Decisions:
    def __init__(self, held: Held) -> None:
        self._held = held
        self._of: dict[int, Decision] = {}  # in order of decision
        self._untold: set[int] = set()  # users whose decision Redis has not confirmed
        self._seen_until: dict[int, float] = {}  # for users in `_untold` who hide, on the monotonic clock
        self._enough = 2 * SPARE

    def make(self, user_id: int, decision: Decision, linger_ms: int) -> bool:
        """Store a decision. Return False if one with a higher version is known, which then holds.

        Others see a user who hides for `linger_ms` more.
        """
        known = self._of.get(user_id)
        if known and known.version > decision.version:
            return False
        self._of.pop(user_id, None)
        self._of[user_id] = decision
        self._untold.add(user_id)
        if not decision.hidden:
            self._seen_until.pop(user_id, None)
        elif not (known and known.hidden):
            self._seen_until[user_id] = time.monotonic() + linger_ms / 1000
        if len(self._of) > self._enough:
            self._forget_others()
        return True

    def of(self, user_id: int) -> Decision | None:
        return self._of.get(user_id)

    def linger_ms(self, user_id: int) -> int:
        """Return how long others will still see a user who hides, in ms; 0 once Redis knows that they hide."""
        return max(0, round((self._seen_until.get(user_id, 0.0) - time.monotonic()) * 1000))

    def act(self, user_id: int, linger_ms: int) -> None:
        """Extend to `linger_ms` from now how long others see a user who hides, if they still see them."""
        if self.linger_ms(user_id):
            self._seen_until[user_id] = time.monotonic() + linger_ms / 1000

    def told(self, user_id: int, decision: Decision) -> None:
        """Note that Redis has this decision. A newer decision stays unconfirmed."""
        if self._of.get(user_id) == decision:
            self._untold.discard(user_id)
            self._seen_until.pop(user_id, None)

    def to_assert(self) -> Iterator[tuple[int, Decision, bool]]:
        """Iterate over decisions that Redis must know before connections are asserted, with True if Redis has not
        confirmed it.

        Confirmed decisions of users without connections here are left out: other processes may know newer ones.
        """
        concerned = self._held.users() | self._untold
        for user_id, decision in self._of.items():
            if user_id in concerned:
                yield user_id, decision, user_id in self._untold

    def _forget_others(self) -> None:
        kept = self._held.users() | self._untold | set(list(self._of)[-SPARE:])
        self._of = {user_id: decision for user_id, decision in self._of.items() if user_id in kept}
        self._enough = 2 * len(self._of) + SPARE
