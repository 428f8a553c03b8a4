"""What chat does when something is decided about an account."""

from typing import Any

from django.dispatch import receiver

from accounts import signals
from chat import broadcasts


@receiver(signals.session_ended)
def close_the_sessions_sockets(user_id: int, session_key: str, **_: Any) -> None:
    broadcasts.session_ended(user_id, session_key)


@receiver(signals.signed_out_everywhere)
def close_all_sockets(user_id: int, **_: Any) -> None:
    broadcasts.session_ended(user_id, None)
