"""Log lines without the secrets in links, and without the tracebacks of outages.

Such a link is enough to get in. If a server is out of reach, a traceback says nothing about the reason.
project/config/throttled_logs.py limits the number of lines.
"""

import logging
import re
from collections.abc import Callable
from typing import Any

from django.db.utils import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError

# Errors of a database or Redis that is away, or refuses to work. The place in our code does not explain the reason.
OUTAGES = (RedisError, ConnectionError, PoolTimeout, OperationalError, InterfaceError)

# An invite link of a room, the set-up link, an invitation to the site, the link for a first second factor. Also inside
# the query of another URL, as the page to come back to.
SECRET = re.compile(r"((?:/|%2F)(?:join|setup|invited|first-factor)(?:/|%2F))[\w:.-]+", re.IGNORECASE)

# Characters that could end a line, and forge another.
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

HEALTH_PATH = "/healthz"  # project/health.py

LogAction = Callable[[str, str, dict[str, Any]], None]


def discreet(text: str) -> str:
    return SECRET.sub(r"\1…", text)


class Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        if is_outage(record):
            error = record.exc_info[1] if record.exc_info else None
            text = f"{record.getMessage()}: {type(error).__name__}: {error}"
            fields = {"msg": text, "args": None, "exc_info": None, "exc_text": None}
            record = logging.makeLogRecord(record.__dict__ | fields)
        return discreet(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = " ".join(record.message.split())  # PostgreSQL's errors have several lines
        return super().formatMessage(record)


def is_outage(record: logging.LogRecord) -> bool:
    return isinstance(record.exc_info[1] if record.exc_info else None, OUTAGES)


def discreetly(log: LogAction | None) -> LogAction | None:
    """Wrap Daphne's log of requests, to hide secrets in its decoded paths and to skip health probes."""
    if log is None:
        return None

    def log_discreetly(protocol: str, action: str, details: dict[str, Any]) -> None:
        if details["path"] == HEALTH_PATH:
            return
        log(protocol, action, details | {"path": UNFIT.sub("?", discreet(str(details["path"])))})

    return log_discreetly
