"""Parser of a channel's logs: each line is one of five kinds, or an error."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Message:
    nickname: str
    kind: Literal["text", "action"]
    body: str


@dataclass(frozen=True, slots=True)
class Notice:
    body: str


@dataclass(frozen=True, slots=True)
class Join:
    nickname: str


@dataclass(frozen=True, slots=True)
class Leave:
    nickname: str


@dataclass(frozen=True, slots=True)
class Rename:
    old: str
    new: str


Line = Message | Notice | Join | Leave | Rename


@dataclass(frozen=True, slots=True)
class Log:
    name: str
    lines: list[tuple[int, Line]]  # with the minutes since the log began


# One space separates the nickname from the body, which has all further characters, trailing spaces included.
TEXT = re.compile(r"<([^>]+)>(?: (.*))?", re.DOTALL)
ACTION = re.compile(r" \* (\S+)(?: (.*))?", re.DOTALL)
# Exact: two joins in the logs show a host mask, and count as notices, like all other lines with `===`.
JOIN = re.compile(r"=== (\S+)  has joined #\S+")
LEAVE = re.compile(r"=== (\S+) {1,2}has (?:left #|quit\b).*", re.DOTALL)
RENAME = re.compile(r"=== (\S+) is now known as (\S+)")
STAMPED = re.compile(r"\[(\d\d):(\d\d)\] (.*)", re.DOTALL)

# The clocks of some logs have 12 hours and those of others 24; no gap in a log is as long as that.
CLOCK = 12 * 60  # minutes


def read_log(path: Path) -> Log:
    text = path.read_bytes().decode().removesuffix("\n")
    return Log(path.stem, list(timed(text.split("\n"))))


def timed(lines: list[str]) -> Iterator[tuple[int, Line]]:
    """Yield each line with its minutes since the start. A line without a time stamp has the time of the line before."""
    elapsed, before = 0, None
    for line in lines:
        if stamp := STAMPED.fullmatch(line):
            now = int(stamp[1]) * 60 + int(stamp[2])
            elapsed += (now - (now if before is None else before)) % CLOCK
            before = now
        yield elapsed, understood(line)


def understood(line: str) -> Line:
    if stamp := STAMPED.fullmatch(line):
        return said(stamp[3], line)
    if found := JOIN.fullmatch(line):
        return Join(found[1])
    if found := LEAVE.fullmatch(line):
        return Leave(found[1])
    if found := RENAME.fullmatch(line):
        return Rename(found[1], found[2])
    if line.startswith("==="):
        return Notice(line.removeprefix("===").removeprefix(" "))
    raise ValueError(f"No line of a log: {line!r}")


def said(text: str, line: str) -> Message:
    if found := TEXT.fullmatch(text):
        return Message(found[1], "text", found[2] or "")
    if found := ACTION.fullmatch(text):
        return Message(found[1], "action", found[2] or "")
    raise ValueError(f"No line of a log: {line!r}")
