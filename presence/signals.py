"""Arrivals and departures, for code on the server: Django signals beside the hints that pages live on.

    arrived(sender=Tracker, topic: str, user_ids: frozenset[int])    now in the topic's set, and not before
    left(sender=Tracker, topic: str, user_ids: frozenset[int])       no more in the topic's set

Each is sent once for each topic and script that changed its set, in the one process whose script it was: the process of
the connection, or whichever one swept. To hide is to leave, to show oneself again is to arrive; on `away` and `hidden`
as on every other topic. A reload within the linger is neither.

Receivers are plain functions, called on the event loop with `send_robust`: they must not block (hand work on to a task
or a thread), and what they raise is logged and stops nobody. Sending costs no round trip.

At most once: where Redis made a change and its answer was lost, nothing is sent. When Redis lost everything, all arrive
anew. What must not be missed is read from the sets (`presence.reads`).
"""

import logging
from collections.abc import Iterable

from django.dispatch import Signal

from presence.replies import Change

logger = logging.getLogger(__name__)

arrived = Signal()
left = Signal()


def send(sender: type, changes: Iterable[Change]) -> None:
    """Never raises."""
    for change in changes:
        for signal, user_ids in ((left, change.left), (arrived, change.joined)):
            if user_ids:
                _send(signal, sender, change.topic, frozenset(user_ids))


def _send(signal: Signal, sender: type, topic: str, user_ids: frozenset[int]) -> None:
    try:
        signal.send_robust(sender=sender, topic=topic, user_ids=user_ids)
    except Exception:  # an async receiver, which Django cannot run here
        logger.exception("presence: a signal about %s was not sent", topic)
