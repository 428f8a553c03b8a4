"""Whether sockets may still stand where they stand: what the database says, for all of them at once.

Whoever signs out, is deactivated or leaves a room is told so by an event, at once. This is for the event that was lost:
a process looks at everything that its sockets rest on, from time to time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.models import Session
from django.utils import timezone

from chat.models import Membership

T = TypeVar("T")

BATCH = 500  # rows; databases bound the number of parameters


@dataclass(slots=True)
class Standing:
    """The sessions that are in force, and the rooms that each user is in."""

    sessions: set[str] = field(default_factory=set)
    rooms: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))


def read_standing(users: Collection[int], sessions: Collection[str]) -> Standing:
    standing = Standing()
    for batch in _batches(users):
        for user, room in Membership.objects.current().filter(user__in=batch).values_list("user_id", "room_id"):
            standing.rooms[user].add(room)
    hashes = _auth_hashes(users)
    for keys in _batches(sessions):
        for session in Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()):
            if _is_in_force(session, hashes):
                standing.sessions.add(session.session_key)
    return standing


def _auth_hashes(users: Collection[int]) -> dict[str, str]:
    """What the sessions of each active user must carry: a changed password changes it."""
    active = get_user_model().objects.filter(is_active=True)
    return {
        str(user.pk): user.get_session_auth_hash() for batch in _batches(users) for user in active.filter(pk__in=batch)
    }


def _is_in_force(session: Session, hashes: dict[str, str]) -> bool:
    data = session.get_decoded()
    expected = hashes.get(data.get(SESSION_KEY, ""))
    return expected is not None and data.get(HASH_SESSION_KEY) == expected


def _batches(items: Collection[T]) -> Iterable[list[T]]:
    ordered = list(items)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))
