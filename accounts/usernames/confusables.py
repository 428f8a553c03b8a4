"""Look-alike usernames: names with the same skeleton, as Unicode Technical Standard 39 calls it.

The data is Unicode's, adapted to names that ignore case (unicode/compile.py): `Paul`, `pau1` and `PAUI` have one
skeleton, and so have `modem` and `rnodern`, and `alice` with a Latin and with a Cyrillic `а`. A skeleton is no name,
and is never displayed.
"""

from functools import cache
from pathlib import Path
from unicodedata import normalize

LONGEST = 7  # characters that one character becomes: some syllables of Hangul


def skeleton(name: str) -> str:
    # A name without spaces has a skeleton without spaces.
    decomposed = normalize("NFD", normalize("NFKC", name))
    return normalize("NFD", decomposed.translate(_looks()).casefold())


@cache
def _looks() -> dict[int, str]:
    """Return the look of each character that does not simply look like its small letter."""
    looks: dict[int, str] = {}
    for line in Path(__file__).with_name("unicode").joinpath("confusables.txt").read_text("utf-8").splitlines():
        target, _, sources = line.partition(" = ")
        if sources and not line.startswith("#"):
            looks |= dict.fromkeys((int(each, 16) for each in sources.split()), _characters(target))
    return looks


def _characters(points: str) -> str:
    return "".join(chr(int(each, 16)) for each in points.split())
