"""Attendance by the log: a user who speaks has joined; a rename is a leave and a join."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bench.replay.logs import Join, Leave, Line, Log, Message, Notice, Rename


def nicknames(logs: Iterable[Log]) -> list[str]:
    """Return all nicknames in the logs, in the order of their first lines."""
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
    """The users who are present while a log is read line by line."""

    present: set[str] = field(default_factory=set)
    contradictions: int = 0  # lines that contradict the ones before: a log does not know who was there at its start

    def moves(self, line: Line) -> Iterator[Join | Leave]:
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
