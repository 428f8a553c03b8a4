"""Decisions of users about themselves, as far as this process must know them: kept in memory, like their holds."""

import time
from collections.abc import Iterator
from typing import NamedTuple

from presence.connections import Held

# Kept of those who hold nothing here: a decision comes before the first connection, but not by so many others.
SPARE = 1_000


class Decision(NamedTuple):
    hidden: bool
    away: bool
    version: int = 0


class Decisions:
    def __init__(self, held: Held) -> None:
        self._held = held
        self._of: dict[int, Decision] = {}  # in the order in which they were made
        self._untold: set[int] = set()  # Redis has not confirmed it
        self._seen_until: dict[int, float] = {}  # of those who hide and are untold, on the monotonic clock
        self._enough = 2 * SPARE

    def make(self, user_id: int, decision: Decision, linger_ms: int) -> bool:
        """Others see a user who hides for `linger_ms` more. False if one of a higher version is known, which holds."""
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
        """Return for how long others are to see a user who hides; 0 once Redis knows that they hide."""
        return max(0, round((self._seen_until.get(user_id, 0.0) - time.monotonic()) * 1000))

    def act(self, user_id: int, linger_ms: int) -> None:
        """Have others see a user who hides, if they still do, for `linger_ms` from now."""
        if self.linger_ms(user_id):
            self._seen_until[user_id] = time.monotonic() + linger_ms / 1000

    def told(self, user_id: int, decision: Decision) -> None:
        """Redis has it. It may be another by now, which it has not."""
        if self._of.get(user_id) == decision:
            self._untold.discard(user_id)
            self._seen_until.pop(user_id, None)

    def to_assert(self) -> Iterator[tuple[int, Decision, bool]]:
        """Iterate over what Redis must know before connections are asserted, and whether it is news.

        Of users without connections here, other processes may know better.
        """
        concerned = self._held.users() | self._untold
        for user_id, decision in self._of.items():
            if user_id in concerned:
                yield user_id, decision, user_id in self._untold

    def _forget_others(self) -> None:
        kept = self._held.users() | self._untold | set(list(self._of)[-SPARE:])
        self._of = {user_id: decision for user_id, decision in self._of.items() if user_id in kept}
        self._enough = 2 * len(self._of) + SPARE
