"""The clock by which our server measures durations: one that cannot be set.

Twisted's timers and Daphne's pings go by the time of day. Where that is set back by an hour, no vanished peer is
noticed and no time-out ends for an hour; where it is set forward, all time-outs end at once.
"""

import time
from types import SimpleNamespace
from typing import Any

from daphne import server as daphne_server  # first: it chooses the reactor

from daphne import http_protocol, ws_protocol  # isort: skip
from twisted.internet import reactor  # isort: skip


def measure_by_monotonic_clock() -> None:
    """Call it before anything is timed. Daphne asks `time.time()` for nothing but durations."""
    timer: Any = reactor
    timer.seconds = time.monotonic
    for module in (daphne_server, http_protocol, ws_protocol):
        module.time = SimpleNamespace(time=time.monotonic)
