"""Addresses that stand in a text by themselves. chat/static/chat/parts/text.js finds the same ends."""

import re
import unicodedata

SCHEME = re.compile(r"(?:^|[^a-z0-9])(https?|mailto)$", re.IGNORECASE)

_RUN = re.compile(r'[^\s<>"\x00-\x1f\x7f]*')
_OPENING = {"(": ")", "[": "]", "{": "}"}
_SENTENCE = ".,;:!?'’"  # at its end they are the sentence's
# Marks that are part of words and names: a dash, a dot in the middle, an apostrophe. And no end is what looks like a
# slash: an address that ended before it could be taken for another one.
_IN_WORDS = set("·・’׳״／⁄")
_FULL_WIDTH = re.compile("[\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffe6]")


def end_of_address(text: str, start: int, limit: int) -> int:
    """Return the end of an address. `start` is its first character after `https:`."""
    found = _RUN.match(text, start, limit)
    run = _without_marks(found[0]) if found else ""
    run = run[: _balanced(run)]
    return start + len(run.rstrip(_SENTENCE))


def _without_marks(run: str) -> str:
    if run.isascii():
        return run
    return run[: next((index for index, each in enumerate(run) if _is_mark(each)), len(run))]


def _is_mark(character: str) -> bool:
    """Return whether it is punctuation that is written in no address: full-width, typographic, of another script."""
    if character.isascii() or character in _IN_WORDS:
        return False
    return unicodedata.category(character) in {"Po", "Ps", "Pe", "Pi", "Pf"} or bool(_FULL_WIDTH.match(character))


def _balanced(run: str) -> int:
    """Return where the first bracket stands that has no partner."""
    waiting: list[tuple[str, int]] = []
    for found in re.finditer(r"[(){}\[\]]", run):
        if found[0] in _OPENING:
            waiting.append((_OPENING[found[0]], found.start()))
        elif waiting and waiting[-1][0] == found[0]:
            waiting.pop()
        else:
            return waiting[0][1] if waiting else found.start()
    return waiting[0][1] if waiting else len(run)
