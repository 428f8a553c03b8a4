"""Who comes and goes, by the log: someone who speaks has come; a rename is a leave and a join."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bench.replay.logs import Join, Leave, Line, Log, Message, Notice, Rename


def nicknames(logs: Iterable[Log]) -> list[str]:
    """Everyone who is named as a person in the logs, in the order in which they appear."""
    return list(dict.fromkeys(nickname for log in logs for _, line in log.lines for nickname in named(line)))


def named(line: Line) -> tuple[str, ...]:
    match line:
        case Message(nickname) | Join(nickname) | Leave(nickname):
            return (nickname,)
        case Rename(old, new):
            return old, new
        case Notice():
            return ()


@dataclass
class Attendance:
    """Who is present while a log is read line by line."""

    present: set[str] = field(default_factory=set)
    contradictions: int = 0  # lines that cannot be: a log does not know who was there before it began

    def moves(self, line: Line) -> Iterator[Join | Leave]:
        """The comings and goings that a line makes true."""
        match line:
            case Message(nickname):
                yield from self.come(nickname)
            case Join(nickname):
                self.contradictions += nickname in self.present
                yield from self.come(nickname)
            case Leave(nickname):
                yield from self.go(nickname)
            case Rename(old, new):
                yield from self.go(old)
                self.contradictions += new in self.present
                yield from self.come(new)

    def come(self, nickname: str) -> Iterator[Join]:
        if nickname not in self.present:
            self.present.add(nickname)
            yield Join(nickname)

    def go(self, nickname: str) -> Iterator[Leave]:
        if nickname in self.present:
            self.present.remove(nickname)
            yield Leave(nickname)
        else:
            self.contradictions += 1
