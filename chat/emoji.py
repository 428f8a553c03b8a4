"""Emoji: what is one, and their short names, such as `:tada:`."""

import re
from functools import cache

import emoji

EMOJI_LENGTH = 32  # code points: a family of four with skin tones has fewer

_SELECTORS = re.compile("[\ufe0e\ufe0f]")  # of the form as text or as a picture

# Not beside a letter or a digit: in 10:100:1 no hundred is meant.
_NAME = re.compile(r"(?<![\w:]):([\w+-]{1,60}):(?![\w:])")


def is_emoji(text: str) -> bool:
    """Whether it is one emoji, and nothing else."""
    return len(text) <= EMOJI_LENGTH and emoji.is_emoji(canonical(text))


def canonical(text: str) -> str:
    """Return an emoji in the one form in which it is stored, Unicode's fully qualified one; any other text as it is.

    So U+2764 and U+2764 U+FE0F are one emoji. Skin tones stay apart.
    """
    return _forms().get(_without_selectors(text), text) if len(text) <= EMOJI_LENGTH else text


def _without_selectors(text: str) -> str:
    return _SELECTORS.sub("", text)


@cache
def _forms() -> dict[str, str]:
    """Fully qualified emoji, by the same without selectors."""
    return {
        _without_selectors(character): character
        for character, about in emoji.EMOJI_DATA.items()
        if about["status"] <= emoji.STATUS["fully_qualified"]
    }


def with_emoji(text: str) -> str:
    """The text with 🎉 for `:tada:`. What names no emoji stays as it was typed."""
    return _NAME.sub(lambda found: _names().get(found[1], found[0]), text)


@cache
def _names() -> dict[str, str]:
    """Unicode's own names, and the shorter ones that people know from elsewhere."""
    return {
        name.strip(":"): character
        for character, about in emoji.EMOJI_DATA.items()
        if about["status"] <= emoji.STATUS["fully_qualified"]  # the others look like letters
        for name in [about["en"], *about.get("alias", [])]
    }
