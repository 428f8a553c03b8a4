"""Log lines during a lasting failure."""

import logging
import time
from collections.abc import Iterator

import pytest
from django.db.utils import OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError

from project.config.logs import Line
from project.config.throttled_logs import Throttle
from testing.waiting import eventually

SECONDS = 0.3


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(Line("{levelname} {name}: {message}", style="{"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def handler() -> Iterator[Lines]:
    handler = Lines()
    handler.addFilter(Throttle(SECONDS))
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def fail(error: Exception, words: str = "It failed", name: str = "chat.one") -> None:
    try:
        raise error
    except Exception:
        logging.getLogger(name).exception(words)


def test_warnings_of_one_kind_are_one_line_and_then_their_number(handler: Lines) -> None:
    for number in range(100):
        logging.getLogger("chat.one").warning("%d events were lost", number)
    assert handler.lines == ["WARNING chat.one: 0 events were lost"]
    eventually(lambda: len(handler.lines) == 2)
    assert handler.lines[1] == "WARNING chat.one: 99 events were lost (99 more like this in the last 0.3 s)"


def test_the_number_is_told_again_while_it_goes_on_and_a_kind_that_was_quiet_is_logged_at_once(handler: Lines) -> None:
    (throttle,) = handler.filters
    assert isinstance(throttle, Throttle)

    def log() -> int:
        logging.getLogger("chat.one").warning("An event was lost")
        return len(handler.lines)

    def is_quiet() -> bool:
        return all(not window.left_out and time.monotonic() > window.ends for window in throttle._windows.values())

    eventually(lambda: log() >= 3)
    assert ["more like this" in line for line in handler.lines[:3]] == [False, True, True]
    eventually(is_quiet)
    log()
    assert handler.lines[-1] == "WARNING chat.one: An event was lost"


def test_other_kinds_are_not_held_back(handler: Lines) -> None:
    for name, words in [("chat.one", "A"), ("chat.one", "B"), ("chat.other", "A")]:
        logging.getLogger(name).warning(words)
        logging.getLogger(name).error(words)
    for error in (ValueError("1"), KeyError("2")):
        fail(error)
        logging.getLogger("chat.one").warning("%s", error)
    assert len(handler.lines) == 10


def test_lines_about_persons_and_addresses_are_all_logged(handler: Lines) -> None:
    for name in ("accounts.sessions.login_log", "project.middleware.same_origin", "django.request"):
        for number in range(3):
            logging.getLogger(name).warning("A wrong password, for user %d", number)
    assert len(handler.lines) == 9


@pytest.mark.parametrize("error", [RedisConnectionError("refused"), OperationalError("away\n\tIs it running?")])
def test_an_outage_is_one_line_without_a_traceback(handler: Lines, error: Exception) -> None:
    for name in ("channels_redis.pubsub", "chat.one"):
        fail(error, name=name)
    assert len(handler.lines) == 2
    for line in handler.lines:
        assert "\n" not in line
        assert "It failed: " in line
        assert type(error).__name__ in line


def test_an_error_of_our_own_keeps_its_traceback(handler: Lines) -> None:
    fail(ValueError("ours"))
    assert "Traceback" in handler.lines[0]


def test_what_was_left_out_is_told_at_the_end_of_the_process(handler: Lines) -> None:
    (throttle,) = handler.filters
    assert isinstance(throttle, Throttle)
    for _ in range(3):
        logging.getLogger("chat.one").warning("An event was lost")
    throttle.tell_all()
    assert "2 more like this" in handler.lines[-1]
