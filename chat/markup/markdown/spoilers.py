"""Spoilers in messages that are shown as plain text: in quotes, lists and notifications."""

import re

HIDDEN = "▒▒▒"

_SPOILER = re.compile(r"\|\|.*?(?:\|\||$)", re.DOTALL)


def has_spoilers(html: str) -> bool:
    return '<span class="spoiler">' in html


def without_spoilers(body: str) -> str:
    """Hide everything that may be a spoiler in a body that has some. Pipes between two spoilers count as one, too."""
    return _SPOILER.sub(HIDDEN, body)
