"""State that one process wants in Redis: connections, decisions of their users, and unconfirmed operations."""

import time
from collections.abc import Iterable, Iterator

from presence import operations
from presence.connections import Held, Hold
from presence.operations import Operation
from presence.user_states import Decision, Decisions


class Wanted:
    def __init__(self) -> None:
        self.held = Held()
        self.decisions = Decisions(self.held)
        self.touched: dict[int, None] = {}
        self._leaving: dict[Hold, float] = {}  # when the user's linger ends, on the monotonic clock

    def leave(self, hold: Hold, linger_ms: int) -> Operation:
        """Give up a hold. The rest of the linger is kept here until Redis confirms it."""
        self._leaving[hold] = time.monotonic() + linger_ms / 1000
        return operations.leave(*hold, linger_ms)

    def forget_left(self) -> None:
        """Forget holds whose linger is over: Redis need not learn of them."""
        now = time.monotonic()
        while self._leaving and self._leaving[hold := next(iter(self._leaving))] <= now:
            del self._leaving[hold]

    def decide(self, user_id: int, decision: Decision, *, is_news: bool) -> Operation:
        """Return the operation for a decision. Others see a user who hides until the rest of the linger has passed."""
        return operations.decide(user_id, *decision, linger_ms=self.decisions.linger_ms(user_id), is_news=is_news)

    def assertions(self) -> Iterator[Operation]:
        """Iterate over all operations that bring an empty Redis up to date.

        Decisions come first, so that a hidden user is never visible for a moment.
        """
        for user_id, decision, is_news in self.decisions.to_assert():
            yield self.decide(user_id, decision, is_news=is_news)
        yield from (operations.join(*hold) for hold in self.held)
        for hold, until in self._leaving.items():
            remaining_ms = round((until - time.monotonic()) * 1000)
            if remaining_ms > 0 and hold not in self.held:
                yield operations.linger(hold.topic, hold.user_id, remaining_ms)
        yield from (operations.touch(user_id) for user_id in self.touched)

    def confirm(self, applied: Iterable[Operation]) -> None:
        """Note that these operations were applied."""
        for name, *args in applied:
            if name == "touch":
                self.touched.pop(int(args[0]), None)
            elif name == "leave":
                topic, user_id, connection, _linger_ms = args
                self._leaving.pop(Hold(str(topic), int(user_id), str(connection)), None)
            elif name == "decide":
                user_id, *decision, _linger_ms, is_news = args
                if is_news:  # otherwise Redis may have kept a different decision
                    self.decisions.told(int(user_id), Decision._make(decision))
