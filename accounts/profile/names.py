"""Display names: anybody's to choose, in any script, of characters that can be seen."""

import unicodedata

# Categories of characters that nobody sees: controls, what turns the direction of the text, joiners, and what is none.
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
# Blank, and counted by Unicode as letters, marks or symbols.
BLANK = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0"}


def clean_display_name(typed: str) -> str:
    """In Unicode's form NFC, with single spaces, and without what cannot be seen. May be empty."""
    spaced = " ".join(unicodedata.normalize("NFC", typed).split())
    return " ".join("".join(filter(_can_be_seen, spaced)).split())


def _can_be_seen(character: str) -> bool:
    return unicodedata.category(character) not in INVISIBLE and character not in BLANK
