"""The rules of the project's stylesheets, as tests inspect them."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
PIECE = re.compile(r"([^{};]*)([{};])")
COMMA = re.compile(r",(?![^()]*\))")


def stylesheets() -> list[Path]:
    return sorted(Path(settings.BASE_DIR).glob("*/static/**/*.css"))


def selectors(css: str) -> Iterator[str]:
    """Yield each selector outside of at-rules: rules within a condition only refine others."""
    around: list[str] = []
    for text, mark in PIECE.findall(COMMENT.sub("", css)):
        if mark == "}":
            around.pop()
        elif mark == "{":
            is_conditional = any(each.startswith("@") for each in [*around, text.strip()])
            around.append(text.strip())
            if not is_conditional:
                yield from (" ".join(each.split()) for each in COMMA.split(text))


def styled_twice(sheets: dict[str, str]) -> dict[str, set[str]]:
    """Return the selectors with a block of their own in more than one sheet, and the names of these sheets."""
    names = defaultdict(set)
    for name, css in sheets.items():
        for selector in selectors(css):
            names[selector].add(name)
    return {selector: found for selector, found in names.items() if len(found) > 1}
