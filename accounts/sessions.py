"""Whether sessions are in force: what somebody who asks long after the sign-in has to know."""

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import TypeVar

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import User

T = TypeVar("T")

BATCH = 500  # rows; databases bound the number of parameters


def in_force(keys: Collection[str]) -> dict[str, int]:
    """The sessions of these keys that are in force, with the id of whose each is.

    One is not where it ended, expired, or is of somebody who was deactivated or has changed the password since. Two
    queries for up to 500 keys, none for no keys.
    """
    return {key: user for batch in batches(keys) for key, user in _in_force(batch)}


def batches(items: Collection[T]) -> Iterator[list[T]]:
    ordered = list(items)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))


def _in_force(keys: list[str]) -> Iterator[tuple[str, int]]:
    found = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    claims = {key: _claims(data) for key, data in found.values_list("session_key", "session_data")}
    active = User.objects.filter(is_active=True, pk__in={user for user, _ in claims.values() if user is not None})
    hashes = {user: _auth_hash(password) for user, password in active.values_list("pk", "password")}
    for key, (user, session_hash) in claims.items():
        if user is not None and session_hash is not None and hashes.get(user) == session_hash:
            yield key, user


@lru_cache(maxsize=10_000)  # a busy socket asks with every message, and the answer depends on nothing else
def _claims(session_data: str) -> tuple[int | None, str | None]:
    """Whose session it says that it is, and the hash of the password that they had then."""
    data = Session(session_data=session_data).get_decoded()
    user = str(data.get(SESSION_KEY, ""))
    return int(user) if user.isdecimal() else None, data.get(HASH_SESSION_KEY)


@lru_cache(maxsize=10_000)
def _auth_hash(password: str) -> str:
    """What sessions carry of a password: Django makes it of nothing else."""
    return User(password=password).get_session_auth_hash()
