"""What chat does when something is decided about an account, and when somebody leaves."""

from typing import Any

from django.dispatch import receiver

from accounts import signals
from chat import broadcasts
from chat.last_seen import last_seen
from presence import signals as presence_signals
from presence.topics import ONLINE


@receiver(signals.session_ended)
def close_the_sessions_sockets(user_id: int, session_key: str, **_: Any) -> None:
    broadcasts.session_ended(user_id, session_key)


@receiver(signals.signed_out_everywhere)
def close_all_sockets(user_id: int, **_: Any) -> None:
    broadcasts.session_ended(user_id, None)


@receiver(presence_signals.left)
def note_when_they_were_last_seen(topic: str, user_ids: frozenset[int], **_: Any) -> None:
    if topic == ONLINE:
        last_seen().note(user_ids)
