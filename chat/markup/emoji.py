"""Emoji, and their short names such as `:tada:`."""

import re
from functools import cache, reduce

import emoji

EMOJI_LENGTH = 32  # code points: a family of four with skin tones has fewer

ENDS_OF_EMOJI = frozenset("\ufe0e\ufe0f\u20e3\U000e007f")  # marks by Unicode category, but no part of a word

_SELECTORS = re.compile("[\ufe0e\ufe0f]")  # variation selectors: text or picture

MOST_ALONE = 3  # a message of at most this many emoji shows them large

# Among words and beside punctuation, but not in 10:100:1, in a path or in a host name.
_NAMES = re.compile(r"(?<![\w:/\\.=@#$%&+~-])((?<!\S)\\)?((?::[\w+-]{1,60}:)+)(?![\w:/\\=@#$%&+~-]|[.,;!?]+[\w/\\])")


def is_emoji(text: str) -> bool:
    return len(text) <= EMOJI_LENGTH and emoji.is_emoji(canonical(text))


def canonical(text: str) -> str:
    """Return an emoji in the form that is stored, Unicode's fully qualified one; any other text unchanged.

    So U+2764 and U+2764 U+FE0F are the same emoji. Skin tones stay different.
    """
    return _forms().get(_without_selectors(text), text) if len(text) <= EMOJI_LENGTH else text


def _without_selectors(text: str) -> str:
    return _SELECTORS.sub("", text)


@cache
def _forms() -> dict[str, str]:
    return {
        _without_selectors(character): character
        for character, about in emoji.EMOJI_DATA.items()
        if about["status"] <= emoji.STATUS["fully_qualified"]
    }


def is_emoji_alone(text: str) -> bool:
    """Return whether the text is one to three emoji, with only white space between them."""
    if len(text) > MOST_ALONE * (EMOJI_LENGTH + 1):
        return False
    found = emoji.emoji_list(text)
    rest = reduce(lambda left, each: left.replace(each["emoji"], ""), found, text)
    return 0 < len(found) <= MOST_ALONE and not rest.strip() and all(_is_pictured(each["emoji"]) for each in found)


def _is_pictured(character: str) -> bool:
    return bool(emoji.EMOJI_DATA[character]["status"] <= emoji.STATUS["fully_qualified"])


def with_emoji(text: str) -> str:
    """Replace `:tada:` with 🎉. Names of no emoji, and names behind a backslash, stay as text."""
    return _NAMES.sub(_replaced, text)


def _replaced(found: re.Match[str]) -> str:
    characters = [_names().get(name) for name in found[2].strip(":").split("::")]
    if None in characters:
        return found[0]
    return found[2] if found[1] else "".join(each for each in characters if each)


@cache
def _names() -> dict[str, str]:
    """Return emoji by name: Unicode's names, and the shorter ones that people know from other services."""
    return {
        name.strip(":"): character
        for character, about in emoji.EMOJI_DATA.items()
        if about["status"] <= emoji.STATUS["fully_qualified"]  # the others look like letters
        for name in [about["en"], *about.get("alias", [])]
    }
