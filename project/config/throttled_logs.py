"""Log filter: one line in ten seconds for warnings and errors of a kind, with the number of those left out.

While the database or Redis is away, each request and each post would write a line of its own, and hide the others.
"""

import atexit
import logging
import re
import threading
import time
import traceback
from dataclasses import dataclass
from typing import NamedTuple

from project.config.logs import is_outage

SECONDS = 10.0
MOST_KINDS = 1_000  # remembered at a time

# Each warning of these loggers is about a person or an address, and none may be missing.
EXEMPT = ("accounts.sessions.login_log", "project.middleware.same_origin", "django.security", "django.request")

CHANGING = re.compile(r"0x[0-9a-f]+|\d+")  # numbers in a message that was formatted before it was logged


class Kind(NamedTuple):
    """Kind of a record: the same message, whatever its numbers and names, about the same kind of error."""

    name: str
    level: int
    message: str
    errors: tuple[type, ...]
    place: tuple[str, int] | None  # file and line that raised an error of our own


@dataclass
class Window:
    ends: float
    left_out: int = 0
    last: str = ""


class Throttle(logging.Filter):
    """Filter that passes the first record of a kind, counts those in the next `seconds`, and logs their number."""

    def __init__(self, seconds: float = SECONDS) -> None:
        super().__init__()
        self._seconds = seconds
        self._windows: dict[Kind, Window] = {}
        self._lock = threading.Lock()
        atexit.register(self.tell_all)

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING or is_exempt(record) or hasattr(record, "left_out"):
            return True
        kind = kind_of(record)
        now = time.monotonic()
        with self._lock:
            window = self._windows.get(kind)
            if window is None or (now >= window.ends and not window.left_out):
                self._open(kind, now)
                return True
            window.left_out += 1
            window.last = record.getMessage()
            if window.left_out == 1:
                self._tell_at_the_end(kind, window.ends - now)
        return False

    def tell_all(self) -> None:
        """Log the numbers of all records that were left out, even before the ten seconds are over."""
        for kind in list(self._windows):
            self._tell(kind)

    def _open(self, kind: Kind, now: float) -> None:
        if len(self._windows) >= MOST_KINDS:
            self._windows = {kind: window for kind, window in self._windows.items() if window.left_out}
        self._windows[kind] = Window(now + self._seconds)

    def _tell_at_the_end(self, kind: Kind, seconds: float) -> None:
        timer = threading.Timer(max(seconds, 0), self._tell, [kind])
        timer.daemon = True
        timer.start()

    def _tell(self, kind: Kind) -> None:
        with self._lock:
            window = self._windows.get(kind)
            if window is None or not window.left_out:
                return
            self._windows[kind] = Window(time.monotonic() + self._seconds)
        text = f"{window.last} ({window.left_out} more like this in the last {self._seconds:g} s)"
        fields = {"name": kind.name, "levelno": kind.level, "levelname": logging.getLevelName(kind.level), "msg": text}
        logging.getLogger(kind.name).handle(logging.makeLogRecord(fields | {"left_out": window.left_out}))


def is_exempt(record: logging.LogRecord) -> bool:
    return record.levelno < logging.ERROR and record.name.startswith(EXEMPT)


def kind_of(record: logging.LogRecord) -> Kind:
    message = CHANGING.sub("#", str(record.msg)).partition("\n")[0]
    raised = record.exc_info[1] if record.exc_info else None
    named = record.args if isinstance(record.args, tuple) else ()
    errors = tuple(type(value) for value in (raised, *named) if isinstance(value, BaseException))
    return Kind(record.name, record.levelno, message, errors, None if is_outage(record) else place_of(raised))


def place_of(error: BaseException | None) -> tuple[str, int] | None:
    place = None
    for frame, line in traceback.walk_tb(error.__traceback__ if error else None):
        place = (frame.f_code.co_filename, line)
    return place
