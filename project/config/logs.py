"""Lines of the log: without the secrets that stand in addresses, since such a link is all that it takes to come in, and
without a traceback where a server is out of reach. project/config/throttled_logs.py limits their number.
"""

import logging
import re
from collections.abc import Callable
from typing import Any

from django.db.utils import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError

# The database or Redis is away, or refuses to work. Where in our code that was noticed says nothing about the reason.
OUTAGES = (RedisError, ConnectionError, PoolTimeout, OperationalError, InterfaceError)

# An invite link of a room, the set-up link, an invitation to the site, the link for a first second factor; also where
# an address names one to come back to.
SECRET = re.compile(r"((?:/|%2F)(?:join|setup|invited|first-factor)(?:/|%2F))[\w:.-]+", re.IGNORECASE)

# What would end a line, and begin another that nothing has written.
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
    """Daphne's line for each request, likewise; its paths are decoded. Probes, which come all the time, have none."""
    if log is None:
        return None

    def log_discreetly(protocol: str, action: str, details: dict[str, Any]) -> None:
        if details["path"] == HEALTH_PATH:
            return
        log(protocol, action, details | {"path": UNFIT.sub("?", discreet(str(details["path"])))})

    return log_discreetly
