"""Django signals for arrivals and departures, for code on the server. Browsers get hints instead.

    arrived(sender=Tracker, topic: str, user_ids: frozenset[int])    now in the topic's set, and not before
    left(sender=Tracker, topic: str, user_ids: frozenset[int])       no longer in the topic's set

Each is sent once for each topic and script that changed its set, in the process that ran the script: the connection's
own process, or the one that swept. A user who hides leaves, and a user who shows again arrives; this holds for `away`
and `hidden` too. A reload within the linger sends neither.

Receivers are plain functions, called on the event loop with `send_robust`: they must not block (hand work on to a task
or a thread). An exception in a receiver is logged and stops no other receiver. Sending costs no round trip.

Delivery is at most once: if Redis made a change and its answer was lost, nothing is sent. When Redis lost everything,
all users arrive again. Code that must not miss a change reads the sets (`presence.reads`).
"""

import logging
from collections.abc import Iterable

from django.dispatch import Signal

from presence.replies import Change

logger = logging.getLogger(__name__)

arrived = Signal()
left = Signal()


def send(sender: type, changes: Iterable[Change]) -> None:
    """Send the signals of these changes. Never raises."""
    for change in changes:
        for signal, user_ids in ((left, change.left), (arrived, change.joined)):
            if user_ids:
                _send(signal, sender, change.topic, frozenset(user_ids))


def _send(signal: Signal, sender: type, topic: str, user_ids: frozenset[int]) -> None:
    try:
        signal.send_robust(sender=sender, topic=topic, user_ids=user_ids)
    except Exception:  # an async receiver, which Django cannot run here
        logger.exception("presence: a signal about %s was not sent", topic)
