"""What is written to the log, without the secrets that stand in addresses: whoever has such a link comes in by it."""

import logging
import re
from collections.abc import Callable
from typing import Any

# An invite link of a room, the set-up link, an invitation to the site; also where an address names one to come back to.
SECRET = re.compile(r"((?:/|%2F)(?:join|setup|invited)(?:/|%2F))[\w:.-]+", re.IGNORECASE)

# What would end a line, and begin another that nothing has written.
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

LogAction = Callable[[str, str, dict[str, Any]], None]


def discreet(text: str) -> str:
    return SECRET.sub(r"\1…", text)


class Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return discreet(super().format(record))


def discreetly(log: LogAction | None) -> LogAction | None:
    """Daphne's line for each request, likewise; its paths are decoded."""
    if log is None:
        return None

    def log_discreetly(protocol: str, action: str, details: dict[str, Any]) -> None:
        log(protocol, action, details | {"path": UNFIT.sub("?", discreet(str(details["path"])))})

    return log_discreetly
