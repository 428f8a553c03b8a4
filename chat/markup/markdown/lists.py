"""Lists in lines of text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Numbers of three or more digits may be years, a leading 0 would get lost, and - - - is a line.
_ITEM = re.compile(r"([ \t]*)(?:[-*]|(0|[1-9]\d?)\.)[ \t]+(?![-* \t]*$)", re.ASCII)
_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")
_INDENT = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Item:
    number: int | None
    is_done: bool | None  # of a task; None: not a task
    lines: list[str]


@dataclass(frozen=True, slots=True)
class List:
    items: list[Item]
    length: int  # lines

    @property
    def is_ordered(self) -> bool:
        return self.items[0].number is not None


def read_list(lines: Sequence[str], start: int, *, may_be_indented: bool, in_paragraph: bool) -> List | None:
    """Return the list that begins with this line, or None.

    Within a paragraph, a numbered list must begin with 1: a line may also begin with the 14th of a month.
    """
    first = _ITEM.match(lines[start])
    if first is None or (first[1] and not may_be_indented) or (in_paragraph and first[2] not in (None, "1")):
        return None
    indent, items, at, end = len(first[1]), list[Item](), start, start
    while (found := _item_at(lines, at)) and bool(found[2]) == bool(first[2]) and len(found[1]) < indent + 2:
        if len(found[1]) > indent or (not may_be_indented and found[1]):
            break
        width = found.end() - len(found[1])
        inner = [lines[at][found.end() :]]
        at += 1
        while at < len(lines) and (reached := _below(lines, at, indent + 2)):
            inner += [_without_indent(line, indent + width) for line in lines[at:reached]]
            at = reached
        items.append(_item(found[2], inner))
        end = at
        while at < len(lines) and not lines[at].strip():
            at += 1
    return List(items, end - start)


def _item_at(lines: Sequence[str], at: int) -> re.Match[str] | None:
    return _ITEM.match(lines[at]) if at < len(lines) else None


def _below(lines: Sequence[str], at: int, columns: int) -> int:
    """Return the end of the next line below an item's text, perhaps after blank lines; else 0."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at + 1 if at < len(lines) and _columns(lines[at]) >= columns else 0


def _columns(line: str) -> int:
    found = _INDENT.match(line)
    return len(found[0].expandtabs(4)) if found else 0


def _without_indent(line: str, columns: int) -> str:
    """Remove up to this many columns of white space from the start of a line."""
    taken = at = 0
    while at < len(line) and line[at] in " \t" and taken < columns:
        taken += 4 - taken % 4 if line[at] == "\t" else 1
        at += 1
    return line[at:]


def _item(number: str | None, lines: list[str]) -> Item:
    task = _TASK.match(lines[0]) if number is None else None
    if task:
        lines[0] = lines[0][task.end() :]
    return Item(int(number) if number else None, task[1] != " " if task else None, lines)
