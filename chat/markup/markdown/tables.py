"""Tables in lines of text, as on GitHub: a head, a line of dashes, and rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_DASHES = re.compile(r"[ \t]*(:?)-+(:?)[ \t]*")
_PIECE = re.compile(r"(`+)(?:(?!`).)*?\1(?!`)|\\.|.", re.DOTALL)
_SIDES = {("", ""): "", (":", ""): "start", ("", ":"): "end", (":", ":"): "center"}


@dataclass(frozen=True, slots=True)
class Table:
    sides: list[str]  # of each column: start, end or center, or empty
    rows: list[list[str]]  # the first is the head


def read_table(lines: Sequence[str], at: int) -> Table | None:
    """Return the table with this line as its head. It ends with the last line that fits: no cell is ever dropped."""
    if at + 1 >= len(lines) or "|" not in lines[at] or "|" not in lines[at + 1]:
        return None
    dashes = [_DASHES.fullmatch(cell) for cell in _cells(lines[at + 1])] if "-" in lines[at + 1] else [None]
    sides = [_SIDES[found[1], found[2]] for found in dashes if found]
    head = _cells(lines[at])
    if len(sides) != len(dashes) or len(head) != len(sides) or not any(head):
        return None
    rows = [head]
    for line in lines[at + 2 :]:
        if "|" not in line or len(cells := _cells(line)) > len(head):
            break
        rows.append(cells + [""] * (len(head) - len(cells)))
    return Table(sides, rows)


def _cells(line: str) -> list[str]:
    """Return the texts between the pipes. Pipes in code, and pipes behind a backslash, do not separate."""
    cells, piece = [], ""
    for found in _PIECE.finditer(line.strip().removeprefix("|")):
        if found[0] == "|":
            cells.append(piece.strip())
            piece = ""
        else:
            piece += "|" if found[0] == "\\|" else found[0]
    if piece.strip():
        cells.append(piece.strip())
    return cells
