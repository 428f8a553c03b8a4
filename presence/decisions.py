"""What people decided about themselves, as far as this process must know it: kept in memory, like what they hold."""

from collections.abc import Iterator
from typing import NamedTuple

from presence.held import Held

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
        self._enough = 2 * SPARE

    def make(self, user_id: int, decision: Decision) -> bool:
        """False if one of a higher version is known, which holds."""
        known = self._of.get(user_id)
        if known and known.version > decision.version:
            return False
        self._of.pop(user_id, None)
        self._of[user_id] = decision
        self._untold.add(user_id)
        if len(self._of) > self._enough:
            self._forget_others()
        return True

    def of(self, user_id: int) -> Decision | None:
        return self._of.get(user_id)

    def told(self, user_id: int, decision: Decision) -> None:
        """Redis has it. It may be another by now, which it has not."""
        if self._of.get(user_id) == decision:
            self._untold.discard(user_id)

    def to_assert(self) -> Iterator[tuple[int, Decision, bool]]:
        """What Redis must know before connections are asserted, and whether it is news.

        Of people without connections here, others may know better.
        """
        concerned = self._held.users() | self._untold
        for user_id, decision in self._of.items():
            if user_id in concerned:
                yield user_id, decision, user_id in self._untold

    def _forget_others(self) -> None:
        kept = self._held.users() | self._untold | set(list(self._of)[-SPARE:])
        self._of = {user_id: decision for user_id, decision in self._of.items() if user_id in kept}
        self._enough = 2 * len(self._of) + SPARE
