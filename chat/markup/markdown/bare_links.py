"""Addresses without markup in a text. chat/static/chat/parts/text.js finds the same ends."""

import re
import unicodedata

SCHEME = re.compile(r"(?:^|[^a-z0-9])(https?|mailto)$", re.IGNORECASE)

_RUN = re.compile(r'[^\s<>"\x00-\x1f\x7f\ufeff]*')
_OPENING = {"(": ")", "[": "]", "{": "}"}
# At the end of an address, these belong to the sentence. Some keyboards put invisible characters around addresses.
_SENTENCE = ".,;:!?'’–\u00ad\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069"
_AT_END = re.compile(f"[{_SENTENCE}]+$")
# Marks that are part of words and names: a middle dot, an apostrophe. Look-alikes of a slash do not end an address
# either: the part before them could be taken for another address.
_IN_WORDS = set("·・･’׳״་／⁄")
_WIDE = re.compile(
    "[\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffe6\u2014\u2015\u2e3a\u2e3b\u301c\u3030]"
)


def end_of_address(text: str, start: int, limit: int) -> int:
    """Return the end of an address. `start` is its first character after `https:`."""
    found = _RUN.match(text, start, limit)
    run = _without_marks(found[0]) if found else ""
    run = run[: _balanced(run)]
    return start + len(_AT_END.sub("", run))


def _without_marks(run: str) -> str:
    if run.isascii():
        return run
    return run[: next((index for index, each in enumerate(run) if _is_mark(each)), len(run))]


def _is_mark(character: str) -> bool:
    """Return whether no address has this mark: it is full-width, typographic, a long dash, or of another script."""
    if character.isascii() or character in _IN_WORDS:
        return False
    return unicodedata.category(character) in {"Po", "Ps", "Pe", "Pi", "Pf"} or bool(_WIDE.match(character))


def _balanced(run: str) -> int:
    waiting: list[tuple[str, int]] = []
    for found in re.finditer(r"[(){}\[\]]", run):
        if found[0] in _OPENING:
            waiting.append((_OPENING[found[0]], found.start()))
        elif waiting and waiting[-1][0] == found[0]:
            waiting.pop()
        else:
            return waiting[0][1] if waiting else found.start()
    return waiting[0][1] if waiting else len(run)
