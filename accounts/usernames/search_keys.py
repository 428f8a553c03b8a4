"""Names in the form for searching: without case and accents, in every script.

`chat/static/chat/rules/name-search.js` has the same rule, and `accounts/tests/helpers/texts.json` has cases for both.

The words of a name are stored beside it (`search_key`), so that a plain `LIKE` finds it by the beginning of any word,
on every database. A character of a script that is written without spaces is a word, and so is a syllable of Hangul.
"""

import re
import unicodedata

_APOSTROPHES = re.compile("['`´‘’ʼʻ＇]")

# Marks of Latin, Greek and Cyrillic letters, and the points of Hebrew and Arabic, which people leave out. Marks of
# other scripts are letters to their readers: they stay. Also tatweel and invisible characters.
_LEFT_OUT = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u0640\u00ad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)

# Letters that people type as another letter, and that Unicode does not decompose.
_AS_TYPED = str.maketrans(
    {
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "ŧ": "t",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ك": "ک",
        "ي": "ی",
        "ى": "ی",
    }
)

_WORD_OF_ITS_OWN = re.compile(
    "([\u1100-\u115e\ua960-\ua97c\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ec0-\u0ec6\u1000-\u102a\u1780-\u17b3"
    "\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff])"
)
_OF_ASCII = re.compile(r"[^a-z0-9$+<=>^|~]+")


def words_of(text: str) -> str:
    """Return the words of a text in the form for comparison, with single spaces."""
    text = _APOSTROPHES.sub("", text)
    if text.isascii():
        plain = text.lower()
        return _OF_ASCII.sub(" ", plain).strip() or plain
    plain = _LEFT_OUT.sub("", unicodedata.normalize("NFKD", text)).casefold().translate(_AS_TYPED)
    apart = _WORD_OF_ITS_OWN.sub(r" \1", plain)
    words = "".join(character if _is_of_word(character) else " " for character in apart)
    return " ".join(words.split()) or plain


def search_key(*names: str) -> str:
    """Return the text that is stored beside names: a line for each, with a space before each word."""
    return "\n".join(f" {words_of(name)}" for name in names)


def beginning(text: str) -> str:
    """Return the text that a search key contains if a name, from some word on, begins with `text`."""
    return f" {words_of(text)}" if text else ""


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMNS"
