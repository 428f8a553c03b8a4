"""Report that compares the logs with the rooms."""

from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest

from bench.replay.driver import Posted, Replay

TROUBLES = ("sockets lost", "gaps", "repeats", "resets", "events of rooms not opened", "errors without a command")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A finished replay, compared with its room."""

    replay: Replay
    history: list[Posted]
    people: set[str]

    @property
    def duplicates(self) -> int:
        return len(self.history) - len({message.client_id for message in self.history})

    @property
    def differences(self) -> list[str]:
        """All differences between the log and the room; without any, the replay passes."""
        return [*self.wrong_messages(), *self.wrong_people(), *self.troubles()]

    def wrong_messages(self) -> list[str]:
        pairs = enumerate(zip_longest(self.replay.posted, self.history), start=1)
        return [f"message {number}: {logged!r} is {stored!r}" for number, (logged, stored) in pairs if logged != stored]

    def wrong_people(self) -> list[str]:
        expected = self.replay.attendance.present
        missing = [f"{name!r} is missing in the sidebar" for name in sorted(expected - self.people)]
        return missing + [f"{name!r} is in the sidebar, and not here" for name in sorted(self.people - expected)]

    def troubles(self) -> list[str]:
        duplicates = [f"{self.duplicates} duplicates"] if self.duplicates else []
        counted = [f"{self.replay.tally[name]} {name}" for name in TROUBLES if self.replay.tally[name]]
        return duplicates + counted + self.replay.errors


COLUMNS = "{:<18} {:>7} {:>8} {:>8} {:>7} {:>8} {:>10} {:>6} {:>9} {:>6}"
HEAD = ("room", "in log", "left out", "history", "present", "sidebar", "duplicates", "errors", "messages/s", "")
MOST_SHOWN = 5


def rows(comparison: Comparison) -> list[str]:
    replay = comparison.replay
    row = COLUMNS.format(
        replay.log.name,
        len(replay.posted) + len(replay.left_out),
        len(replay.left_out),
        len(comparison.history),
        len(replay.attendance.present),
        len(comparison.people),
        comparison.duplicates,
        len(replay.errors),
        f"{len(comparison.history) / replay.seconds:.1f}",
        "differs" if comparison.differences else "same",
    )
    shown = comparison.differences[:MOST_SHOWN]
    unseen = len(comparison.differences) - len(shown)
    return [row, *(f"    {line}" for line in shown), *([f"    … and {unseen} more"] if unseen else [])]


def report(comparisons: list[Comparison], seconds: float) -> str:
    stored = sum(len(comparison.history) for comparison in comparisons)
    tally = sum((comparison.replay.tally for comparison in comparisons), Counter[str]())
    contradictions = sum(comparison.replay.attendance.contradictions for comparison in comparisons)
    lines = [COLUMNS.format(*HEAD).rstrip()]
    for comparison in comparisons:
        lines += rows(comparison)
    lines += [
        "",
        f"{stored} messages in {seconds:.1f} s: {stored / seconds:.1f} a second; {tally['events']} events were read.",
        "Left out: lines without a body, which cannot be messages (docs/protocol.md, “Text”).",
        f"{contradictions} lines of the logs contradict what came before, such as a leave of someone who had not come.",
    ]
    return "\n".join(lines)
