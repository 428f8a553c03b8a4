"""Signs around words: `*emphasis*`, `_emphasis_`, `**strong**`, `~~struck~~` and `||spoilers||`.

A sign counts only directly next to its words, at their outer edge: not within a word, a number, a path, a formula or an
identifier (`2*3*4`, `x**2`, `src/*/test`, `__main__`, `a||b`). CommonMark asks for a blank between a full-width mark
and a letter, although such scripts have no blanks; here the mark is enough.
"""

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any, cast

from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from chat.markup.emoji import ENDS_OF_EMOJI
from chat.markup.markdown.bounds import MOST_NESTING

_RUNS = {
    "*": re.compile(r"\*+"),
    "_": re.compile(r"_+"),
    "~": re.compile(r"~+"),
    "|": re.compile(r"\|+"),
}
_ESCAPED_RUNS = {sign: re.compile(rf"\\{re.escape(sign)}(?:\\?{re.escape(sign)})*") for sign in _RUNS}
_LENGTHS = {"*": {1, 2, 3}, "_": {1}, "~": {2}, "|": {2}}
_TAGS = {"*": ("em", "strong"), "_": ("em", "em"), "~": ("s", "s"), "|": ("spoiler", "spoiler")}

# Korean has blanks, but not before particles.
_SCRIPTS_WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fff\u3005-\u3007\u3021-\u3029\u3031-\u3035"
    "\u3038-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff]"
)
_BEFORE = set("([{\"',;:!?-*_~|")  # ASCII that may precede an opening sign
_AFTER = set(")]}\"'.,;:!?-*_~|")  # ASCII that may follow a closing sign
# No words begin or end with these. Spoilers have no such exceptions: if in doubt, they hide.
_NOT_FIRST = {**dict.fromkeys(_RUNS, frozenset(")]},;/\\")), "|": frozenset[str]()}
_NOT_LAST = {**dict.fromkeys(_RUNS, frozenset("([{/\\")), "|": frozenset[str]()}
_WORD = re.compile(r"[^\W_]|[^\x00-\x7f]")


@dataclass(slots=True)
class Run:
    """Signs that may open or close something. `rest` is the number without a partner."""

    sign: str
    start: int
    end: int
    tokens: list[int] = field(default_factory=list)
    rest: int = 0
    is_escaped: bool = False


def emphasis(state: StateInline, silent: bool) -> bool:
    sign = state.src[state.pos]
    if silent or sign not in _RUNS:
        return False
    found = _RUNS[sign].match(state.src, state.pos, state.posMax)
    assert found
    run = Run(sign, found.start(), found.end())
    length = run.end - run.start
    if length not in _LENGTHS[sign] or (state.pos and state.src[state.pos - 1] == "\\"):
        state.append_pending(found[0])
    else:
        pieces = [sign] * length if sign in "*_" else [found[0]]
        _add(state, run, pieces, _opens(state, run), _closes(state, run))
    state.pos = run.end
    return True


def escaped_emphasis(state: StateInline, silent: bool) -> bool:
    """Handle escaped signs: hide the backslash if the signs would have a meaning without it."""
    sign = _next(state)
    found = _ESCAPED_RUNS[sign].match(state.src, state.pos, state.posMax) if not silent and sign in _RUNS else None
    if not found:
        return False
    run = Run(sign, found.start(), found.end(), is_escaped=True)
    pieces = [piece[0] for piece in re.finditer(r"\\?.", found[0])]
    if len(pieces) not in _LENGTHS[sign]:
        state.append_pending(found[0])
        state.pos = run.end
        return True
    if sign in "~|":
        pieces = ["".join(pieces)]
    before = _before(state, run.start)
    opens = _opens(state, run) and (
        before.isspace()
        or (before in "([{\"'*_~|" and before != sign)
        or _SCRIPTS_WITHOUT_BLANKS.match(before) is not None
    )
    closes = _closes(state, run)
    if not opens and not closes:
        return False
    _add(state, run, pieces, opens, closes)
    state.pos = run.end
    return True


def is_open(state: StateInline, signs: str) -> bool:
    length = len(signs) if signs[0] in "*_" else 1
    return any(run.sign == signs[0] and run.rest in (length, 3) for run in _waiting(state)[-MOST_NESTING:])


def _add(state: StateInline, run: Run, pieces: list[str], opens: bool, closes: bool) -> None:
    for piece in pieces:
        state.push("text", "", 0).content = piece
        run.tokens.append(len(state.tokens) - 1)
    run.rest = len(pieces)
    while closes and run.rest and (opener := _opener_for(state, run)):
        _pair(state, opener, run)
    if opens and run.rest:
        _waiting(state).append(run)


def _opener_for(state: StateInline, closer: Run) -> Run | None:
    """Return the nearest run that this one closes, and drop the runs between them."""
    waiting = _waiting(state)
    for index in range(len(waiting) - 1, max(-1, len(waiting) - 1 - MOST_NESTING), -1):
        opener = waiting[index]
        if opener.sign == closer.sign and _fit(opener, closer) and _has_words(state, opener.end, closer.start):
            del waiting[index + 1 :]
            if min(2, opener.rest, closer.rest) == opener.rest:
                del waiting[index]
            return opener
    return None


def _fit(opener: Run, closer: Run) -> bool:
    lengths = {opener.rest, closer.rest}
    return (len(lengths) == 1 or 3 in lengths) and (opener.is_escaped or not closer.is_escaped)


def _pair(state: StateInline, opener: Run, closer: Run) -> None:
    count = min(2, opener.rest, closer.rest)
    first = opener.tokens[opener.rest - count : opener.rest]
    last = closer.tokens[len(closer.tokens) - closer.rest :][:count]
    if opener.is_escaped:
        for token in (state.tokens[index] for index in first + last):
            token.content = token.content.replace("\\", "")
    else:
        tag = _TAGS[opener.sign][count - 1]
        _turn(state.tokens[first[0]], tag, 1)
        _turn(state.tokens[last[-1]], tag, -1)
        for index in first[1:] + last[:-1]:
            state.tokens[index].content = ""
    opener.rest -= count
    closer.rest -= count


def _turn(token: Token, tag: str, nesting: int) -> None:
    token.type, token.tag, token.content = f"{tag}_{'open' if nesting > 0 else 'close'}", tag, ""
    token.nesting = cast(Any, nesting)


def _waiting(state: StateInline) -> list[Run]:
    """Return the runs that wait for a partner. Each link has its own list."""
    return cast(list[Run], state.delimiters)


def _has_words(state: StateInline, start: int, end: int) -> bool:
    """Return whether there is a letter, a digit or a character outside ASCII: `*_*` is a face."""
    words = state.env.get("words")
    if words is None or words[0] is not state:
        words = state.env["words"] = (state, [found.start() for found in _WORD.finditer(state.src)])
    at = bisect_left(words[1], start)
    return at < len(words[1]) and words[1][at] < end


def _opens(state: StateInline, run: Run) -> bool:
    before, after = _before(state, run.start), _after(state, run.end)
    if after.isspace() or (after == before and after.isascii()):
        return False
    if after in _NOT_FIRST[run.sign] or (after in ".-" and run.end - run.start == 1):
        return False  # *.py
    if before == "/":
        return _before(state, run.start - 1) == run.sign
    return before.isspace() or before in _BEFORE or _is_edge(before, after, run.sign)


def _closes(state: StateInline, run: Run) -> bool:
    before, after = _before(state, run.start), _after(state, run.end)
    if before.isspace() or (after == before and after.isascii()):
        return False
    if before in _NOT_LAST[run.sign] and not _is_behind_link(state):
        return False
    if after == "/":
        following = _after(state, run.end + 1)
        return following.isalnum() or following == run.sign
    return after.isspace() or after in _AFTER or _is_edge(after, before, run.sign)


def _is_edge(outer: str, inner: str, sign: str) -> bool:
    """Return whether words may end between these characters without a blank."""
    if outer.isascii() and not outer.isalnum():
        return False
    if sign == "_" and _is_letter(outer):
        return False
    if not _is_letter(outer):
        return True
    return any(_SCRIPTS_WITHOUT_BLANKS.match(each) for each in (outer, inner)) or (
        not inner.isascii() and (inner in ENDS_OF_EMOJI or unicodedata.category(inner)[0] in "PS")
    )


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN" and character not in ENDS_OF_EMOJI


def _is_behind_link(state: StateInline) -> bool:
    """Return whether a link ends here: a slash before it is not a path's."""
    return not state.pending and bool(state.tokens) and state.tokens[-1].type == "link_close"


def _before(state: StateInline, position: int) -> str:
    return state.src[position - 1] if position > 0 else " "


def _after(state: StateInline, position: int) -> str:
    return state.src[position] if position < state.posMax else " "


def _next(state: StateInline) -> str:
    return state.src[state.pos + 1] if state.pos + 1 < state.posMax else " "
