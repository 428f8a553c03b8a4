"""Emoji: what is one, and their short names, such as `:tada:`."""

import re
from functools import cache

import emoji

EMOJI_LENGTH = 32  # code points: a family of four with skin tones has fewer

# Not beside a letter or a digit: in 10:100:1 no hundred is meant.
_NAME = re.compile(r"(?<![\w:]):([\w+-]{1,60}):(?![\w:])")


def is_emoji(text: str) -> bool:
    """Whether it is one emoji, and nothing else."""
    return len(text) <= EMOJI_LENGTH and emoji.is_emoji(text)


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
