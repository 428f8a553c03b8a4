"""What a write rests on besides a membership: the session of whoever asked for it."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from accounts import sessions
from accounts.models import User
from chat.errors import SignedOut

T = TypeVar("T")


def in_session(session: str, user: User, service: Callable[[], T]) -> T:
    """Call a service if this is a session of `user` that is in force, in one transaction.

    So nothing is stored for somebody who was signed out. Raises SignedOut, and what the service raises.
    """
    with transaction.atomic():
        if sessions.in_force([session]).get(session) != user.pk:
            raise SignedOut
        return service()
