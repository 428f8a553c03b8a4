"""Monotonic clock, which cannot be set, for the durations in our server.

Twisted's timers and Daphne's pings use the time of day. If that is set back by an hour, no vanished peer is noticed and
no time-out ends for an hour. If it is set forward, all time-outs end at once.
"""

import time
from types import SimpleNamespace
from typing import Any

from daphne import server as daphne_server  # first: it chooses the reactor

from daphne import http_protocol, ws_protocol  # isort: skip
from twisted.internet import reactor  # isort: skip


def measure_by_monotonic_clock() -> None:
    """Replace the clocks. Call it before anything is timed. Daphne uses `time.time()` for durations alone."""
    timer: Any = reactor
    timer.seconds = time.monotonic
    for module in (daphne_server, http_protocol, ws_protocol):
        module.time = SimpleNamespace(time=time.monotonic)
