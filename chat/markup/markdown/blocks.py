"""Blocks of a message: paragraphs, quotes, lists, tables, headings and code, each of whole lines.

Markdown for documents guesses the author's intent: it pulls a line below a quote into the quote, and renumbers lists.
In a chat that changes the message. So a block starts with its sign and a blank at the start of a line, and ends at the
first line without them. All other lines stay as they were typed.
"""

import re
from collections.abc import Callable, Sequence

from markdown_it.token import Token

from chat.markup.markdown.bounds import Environment, check_nesting, count_step
from chat.markup.markdown.lists import Item, List, read_list
from chat.markup.markdown.tables import read_table

_FENCE = re.compile(r"(`{3,})([^`]*)")
_HEADING = re.compile(r"#{1,6}[ \t]+(?=\S)")
_QUOTE = re.compile(r">(?:[ \t]|$)")
# A backslash before the sign of a block. If no block would start there, the backslash is text.
_ESCAPED = re.compile(r"\\(?=(?:[-*>]|#{1,6})[ \t])|(?P<number>\d\d?)\\(?=\.[ \t])", re.ASCII)

Rule = Callable[[Sequence[str], int], int]


def block_tokens(body: str, env: Environment) -> list[Token]:
    blocks = _Blocks(env)
    blocks.parse(lines_of(body))
    return blocks.tokens


def _without_escape(line: str) -> str:
    found = _ESCAPED.match(line)
    plain = (found["number"] or "") + line[found.end() :] if found else line
    return plain if found and _may_begin_block(plain) else line


def _may_begin_block(line: str) -> bool:
    if _HEADING.match(line) or (_QUOTE.match(line) and line[2:].strip()):
        return True
    return read_list([line], 0, may_be_indented=False, in_paragraph=False) is not None


def lines_of(body: str) -> list[str]:
    return body.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd").split("\n")


class _Blocks:
    """Tokens of the blocks so far. A rule appends the block that starts at a line, and returns its number of lines."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.tokens: list[Token] = []
        self._rules: list[Rule] = [self._fence, self._heading, self._quote, self._list, self._table]
        self._paragraph: list[str] = []
        self._task: bool | None = None
        self._depth = 0
        self._in_item = False

    def parse(self, lines: Sequence[str]) -> None:
        """Append all blocks of these lines. In a list item, the first line is text or code."""
        at = blanks = 0
        while at < len(lines):
            count_step(self.env)
            if not lines[at].strip():
                self._end_paragraph()
                blanks += 1
                at += 1
                continue
            is_behind_sign = self._in_item and at == 0
            rules = self._rules[:1] if is_behind_sign else self._rules
            taken = next((taken for rule in rules if (taken := rule(lines, at))), 0)
            if not taken:
                if blanks < at and blanks > 1:
                    self._paragraph += [""] * (blanks - 1)  # one blank line is the gap between two paragraphs
                self._paragraph.append(lines[at] if is_behind_sign else _without_escape(lines[at]))
            blanks = 0
            at += taken or 1
        self._end_paragraph()

    def _end_paragraph(self) -> None:
        lines, self._paragraph = self._paragraph, []
        if lines:
            self._open("paragraph", "p")
            self._inline("\n".join(lines))
            self._close("paragraph", "p")

    def _fence(self, lines: Sequence[str], at: int) -> int:
        """Append code, if its end is found. The closing sign may be at the end of the last line of code."""
        found = _FENCE.fullmatch(lines[at].rstrip())
        end = self._end_of_fence(lines, at, found[1]) if found else 0
        if not found or not end:
            return 0
        info, last = found[2].strip(), lines[end - 1].rstrip().rstrip("`")
        code = [*lines[at + 1 : end - 1], *([last] if last.strip() else [])]
        if not info and not any(line.strip() for line in code):
            return 0
        self._end_paragraph()
        content = "".join(f"{line}\n" for line in code)
        self.tokens.append(Token("fence", "code", 0, info=info, content=content, block=True))
        return end - at

    def _end_of_fence(self, lines: Sequence[str], at: int, fence: str) -> int:
        for end in range(at + 1, len(lines)):
            count_step(self.env)
            if lines[end].rstrip().endswith(fence):
                return end + 1
        return 0

    def _heading(self, lines: Sequence[str], at: int) -> int:
        found = _HEADING.match(lines[at])
        if not found:
            return 0
        self._end_paragraph()
        self._open("heading", "p")
        self._inline(lines[at][found.end() :])
        self._close("heading", "p")
        return 1

    def _quote(self, lines: Sequence[str], at: int) -> int:
        end = at
        while end < len(lines) and _QUOTE.match(lines[end]):
            end += 1
        quoted = [line[2:] for line in lines[at:end]]
        if not any(line.strip() for line in quoted):
            return 0
        self._end_paragraph()
        self._open("blockquote", "blockquote", dir="auto")
        self._nested(quoted, in_item=False)
        self._close("blockquote", "blockquote")
        return end - at

    def _list(self, lines: Sequence[str], at: int) -> int:
        found = read_list(lines, at, may_be_indented=self._in_item, in_paragraph=bool(self._paragraph))
        if not found:
            return 0
        self._end_paragraph()
        if found.is_ordered:
            self._ordered(found)
        else:
            self._open("list", "ul")
            for item in found.items:
                self._item(item)
            self._close("list", "ul")
        return found.length

    def _ordered(self, found: List) -> None:
        """Append a list with the numbers that its author gave it."""
        expected = found.items[0].number or 0
        self._open("list", "ol", **({} if expected == 1 else {"start": str(expected)}))
        for item in found.items:
            number = item.number or 0
            self._item(item, **({} if number == expected else {"value": str(number)}))
            expected = number + 1
        self._close("list", "ol")

    def _item(self, item: Item, **attributes: str) -> None:
        count_step(self.env, 2)
        self._task = item.is_done
        self._open("item", "li", dir="auto", **attributes, **({} if item.is_done is None else {"class": "task"}))
        self._nested(item.lines, in_item=True)
        self._close("item", "li")

    def _nested(self, lines: Sequence[str], *, in_item: bool) -> None:
        outer, self._in_item = self._in_item, in_item
        self._depth += 1
        check_nesting(self._depth)
        self.parse(lines)
        self._depth -= 1
        self._in_item = outer

    def _table(self, lines: Sequence[str], at: int) -> int:
        table = read_table(lines, at)
        if table is None:
            return 0
        count_step(self.env, 3 * len(table.rows) * len(table.sides))
        self._end_paragraph()
        self._open("scroller", "div", **{"class": "table", "tabindex": "0"})
        self._open("table", "table", dir="auto")
        for tag, rows in (("thead", table.rows[:1]), ("tbody", table.rows[1:])):
            if rows:
                self._open(tag, tag)
                for row in rows:
                    self._row(row, table.sides, "th" if tag == "thead" else "td")
                self._close(tag, tag)
        self._close("table", "table")
        self._close("scroller", "div")
        return len(table.rows) + 1

    def _row(self, cells: Sequence[str], sides: Sequence[str], tag: str) -> None:
        self._open("tr", "tr")
        for cell, side in zip(cells, sides, strict=True):
            self._open(tag, tag, dir="auto", **({"class": side} if side else {}))
            self._inline(cell)
            self._close(tag, tag)
        self._close("tr", "tr")

    def _open(self, name: str, tag: str, **attributes: str) -> None:
        self.tokens.append(Token(f"{name}_open", tag, 1, attrs={**attributes}, block=True))

    def _inline(self, content: str) -> None:
        task, self._task = self._task, None
        self.tokens.append(Token("inline", "", 0, content=content, meta={"task": task}, block=True))

    def _close(self, name: str, tag: str) -> None:
        self.tokens.append(Token(f"{name}_close", tag, -1, block=True))
