"""Spoilers where a message is shown as plain text: in quotes, lists and notifications."""

import re

HIDDEN = "▒▒▒"

_SPOILER = re.compile(r"\|\|.*?(?:\|\||$)", re.DOTALL)


def has_spoilers(html: str) -> bool:
    return '<span class="spoiler">' in html


def without_spoilers(body: str) -> str:
    """Hide all that may be a spoiler in a body that has some. Between two, other pipes are taken for one, too."""
    return _SPOILER.sub(HIDDEN, body)
