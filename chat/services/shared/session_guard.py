"""Session checks: a write also requires that the session which asked for it is in force."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from accounts.models import User
from accounts.sessions import sessions
from chat.errors import SignedOut
from chat.permissions.actor import Actor
from chat.runtime.database import check_wanted, limit_lock_wait

T = TypeVar("T")


def in_session(session: str, user: User, service: Callable[[], T]) -> T:
    """Call a service in one transaction, if this is a session of `user` that is in force.

    Nothing is stored for a user who was signed out. Raises SignedOut, and what the service raises.
    """
    return act_in_session(session, user, "", lambda _by: service())


def act_in_session(session: str, user: User, address: str, service: Callable[[Actor], T]) -> T:
    """Call a service as `in_session` does, with an actor who has the rights of the session at that time."""
    with transaction.atomic():
        limit_lock_wait()
        held = sessions.read([session]).get(session)
        if held is None or held.user_id != user.pk:
            raise SignedOut
        outcome = service(Actor(user, address, held.has_shown_factor))
        check_wanted()
        return outcome
