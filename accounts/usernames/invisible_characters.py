"""Invisible characters: checks for blank texts, and for such characters that no emoji or script needs.

`static/chat/rules/blank-text.js` has the same rule for blank texts.
"""

import re
import unicodedata
from collections.abc import Iterator

import emoji

MOST_MARKS = 3  # in a row: more than any language needs

# Unicode's Default_Ignorable_Code_Point, the anchors of annotations, and three signs that are drawn as a space.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BLANK = re.compile(rf"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff{_UNSEEN}]*")
_MAY_BE_UNSEEN = re.compile(f"[{_UNSEEN}]")
_HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn"}

_NON_JOINER, _JOINER = "\u200c", "\u200d"
_VIRAMA = 9  # its combining class
_VARIANTS_OF_IDEOGRAPHS = re.compile("[\ufe00-\ufe02\U000e0100-\U000e01ef]")
_VARIANTS_OF_MONGOLIAN = re.compile("[\u180b-\u180f]")
_VARIANTS_OF_SYMBOLS = re.compile("[\ufe0e\ufe0f]")

# Scripts with joining letters: the first word of their characters' names.
_JOINING = frozenset(
    {
        *("ADLAM", "ARABIC", "HANIFI", "MANDAIC", "MANICHAEAN", "MONGOLIAN", "NKO", "PHAGS-PA", "SOGDIAN", "SYRIAC"),
        *("BALINESE", "BENGALI", "CHAKMA", "DEVANAGARI", "GRANTHA", "GUJARATI", "GURMUKHI", "JAVANESE", "KANNADA"),
        *("KHMER", "MALAYALAM", "MYANMAR", "NEWA", "ORIYA", "SINHALA", "TAMIL", "TELUGU", "TIBETAN", "TIRHUTA"),
    }
)


def is_blank(text: str) -> bool:
    return _BLANK.fullmatch(text) is not None


def has_stray(text: str) -> bool:
    return any(True for _ in _strays(text))


def without_strays(text: str) -> str:
    """Remove the invisible characters that neither an emoji nor the script around them needs."""
    strays = set(_strays(text))
    return "".join(character for index, character in enumerate(text) if index not in strays) if strays else text


def without_unseen(text: str) -> str:
    """Remove every invisible character, also the needed ones: names that differ in these alone look alike."""
    return _MAY_BE_UNSEEN.sub("", text)


def has_heap(text: str) -> bool:
    return len(without_heaps(text)) < len(text)


def without_heaps(text: str) -> str:
    """Remove the marks of each character beyond MOST_MARKS."""
    return "".join(_bounded_marks(text))


def _bounded_marks(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks <= MOST_MARKS:
            yield character


def _strays(text: str) -> Iterator[int]:
    if not any(map(_is_unseen, text)):
        return
    in_emoji, before = _indexes_of_emoji(text), ""
    for index, character in enumerate(text):
        if _is_unseen(character) and index not in in_emoji and not _is_needed(character, before, text[index + 1 :]):
            yield index
        else:
            before = character


def _is_unseen(character: str) -> bool:
    is_hidden = unicodedata.category(character) in _HIDDEN_CATEGORIES
    return is_hidden or _MAY_BE_UNSEEN.match(character) is not None


def _indexes_of_emoji(text: str) -> set[int]:
    spans = (token.value for token in emoji.analyze(text))
    return {index for span in spans if not isinstance(span, str) for index in range(span.start, span.end)}


def _is_needed(character: str, before: str, after: str) -> bool:
    if not before:
        return False
    if character in (_NON_JOINER, _JOINER):
        ends_in_virama = character == _JOINER and unicodedata.combining(before) == _VIRAMA
        return _joins(before) and (ends_in_virama or _joins(after[:1]))
    if _VARIANTS_OF_IDEOGRAPHS.match(character):
        return _script_of(before) == "CJK"
    if _VARIANTS_OF_MONGOLIAN.match(character):
        return _script_of(before) == "MONGOLIAN"
    return _VARIANTS_OF_SYMBOLS.match(character) is not None and emoji.is_emoji(before)


def _joins(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM" and _script_of(character) in _JOINING if character else False


def _script_of(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]
