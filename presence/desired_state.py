"""State that one process wants in Redis: connections, decisions of their users, and what Redis has not confirmed."""

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
        self._leaving: dict[Hold, float] = {}  # until when its user lingers, on the monotonic clock

    def leave(self, hold: Hold, linger_ms: int) -> Operation:
        """The hold was given up. Until Redis confirms it, the rest of the linger is kept here."""
        self._leaving[hold] = time.monotonic() + linger_ms / 1000
        return operations.leave(*hold, linger_ms)

    def forget_left(self) -> None:
        """Forget holds whose linger is over: Redis need not hear of them."""
        now = time.monotonic()
        while self._leaving and self._leaving[hold := next(iter(self._leaving))] <= now:
            del self._leaving[hold]

    def decide(self, user_id: int, decision: Decision, *, is_news: bool) -> Operation:
        """Others go on seeing a user who hides for what is left of the linger."""
        return operations.decide(user_id, *decision, linger_ms=self.decisions.linger_ms(user_id), is_news=is_news)

    def assertions(self) -> Iterator[Operation]:
        """All of it. Decisions come first, so that nobody who hides is seen for a moment."""
        for user_id, decision, is_news in self.decisions.to_assert():
            yield self.decide(user_id, decision, is_news=is_news)
        yield from (operations.join(*hold) for hold in self.held)
        for hold, until in self._leaving.items():
            remaining_ms = round((until - time.monotonic()) * 1000)
            if remaining_ms > 0 and hold not in self.held:
                yield operations.linger(hold.topic, hold.user_id, remaining_ms)
        yield from (operations.touch(user_id) for user_id in self.touched)

    def confirm(self, applied: Iterable[Operation]) -> None:
        """These were applied."""
        for name, *args in applied:
            if name == "touch":
                self.touched.pop(int(args[0]), None)
            elif name == "leave":
                topic, user_id, connection, _linger_ms = args
                self._leaving.pop(Hold(str(topic), int(user_id), str(connection)), None)
            elif name == "decide":
                user_id, *decision, _linger_ms, is_news = args
                if is_news:  # else Redis may have left it at another
                    self.decisions.told(int(user_id), Decision._make(decision))
