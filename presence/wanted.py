"""What one process wants Redis to know: its connections, what their people decided, and whose input is not yet told."""

from collections.abc import Iterable, Iterator

from presence import store
from presence.decisions import Decision, Decisions
from presence.held import Held
from presence.store import Operation


class Wanted:
    def __init__(self) -> None:
        self.held = Held()
        self.decisions = Decisions(self.held)
        self.touched: dict[int, None] = {}

    def assertions(self) -> Iterator[Operation]:
        """All of it. Decisions come first, so that nobody who hides is seen for a moment."""
        for user_id, decision, is_news in self.decisions.to_assert():
            yield store.decide(user_id, *decision, is_news)
        yield from (store.join(*hold) for hold in self.held)
        yield from (store.touch(user_id) for user_id in self.touched)

    def confirm(self, operations: Iterable[Operation]) -> None:
        """These were applied."""
        for name, *args in operations:
            if name == "touch":
                self.touched.pop(int(args[0]), None)
            elif name == "decide":
                user_id, *decision, is_news = args
                if is_news:  # else Redis may have left it at another
                    self.decisions.told(int(user_id), Decision._make(decision))
