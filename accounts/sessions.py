"""Whether sessions are in force: what somebody who asks long after the sign-in has to know. And whose there are."""

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any, TypeVar

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.signals import announce_sign_out_everywhere

T = TypeVar("T")

BATCH = 500  # rows; databases bound the number of parameters
NO_ADDRESS = "::"  # of a peer on a unix socket
DEVICE_LENGTH = 200  # characters, as the column has


def in_force(keys: Collection[str]) -> dict[str, int]:
    """The sessions of these keys that are in force, with the id of whose each is.

    One is not where it ended, expired, or is of somebody who was deactivated or has changed the password since. Two
    queries for up to 500 keys, none for no keys.
    """
    return {key: user for batch in batches(keys) for key, user in _in_force(batch)}


@receiver(user_logged_in)
def note(request: HttpRequest, user: User, **_: Any) -> None:
    """Somebody has signed in, on whatever page: write down with what, and from where."""
    if request.session.session_key is None:  # somebody else was signed in there, whose session was thrown away
        request.session.create()
    found = {"user": user, "ip": _address(request), "user_agent": request.headers.get("User-Agent", "")[:DEVICE_LENGTH]}
    UserSession.objects.update_or_create(session_key=request.session.session_key, defaults=found)


def of(user: User) -> list[UserSession]:
    """Their sessions that are in force and were noted, the latest first."""
    noted = list(UserSession.objects.filter(user=user).order_by("-created_at"))
    standing = in_force([session.session_key for session in noted])
    return [session for session in noted if standing.get(session.session_key) == user.pk]


def end(session: UserSession) -> None:
    """In the caller's transaction; accounts.signals tells of it."""
    Session.objects.filter(pk=session.session_key).delete()
    session.delete()


def keys_of(user_id: int) -> list[str]:
    """All their sessions, those too that were never noted. Reads all sessions of the site: for what is done rarely."""
    stored = Session.objects.filter(expire_date__gt=timezone.now()).values_list("session_key", "session_data")
    return [key for key, data in stored.iterator() if _claims(data)[0] == user_id]


def end_all(user: User, keys: Collection[str]) -> None:
    """End these sessions of theirs, and forget all that were noted. In the caller's transaction."""
    for batch in batches(keys):
        Session.objects.filter(pk__in=batch).delete()
    UserSession.objects.filter(user=user).delete()
    announce_sign_out_everywhere(user.pk)


def batches(items: Collection[T]) -> Iterator[list[T]]:
    ordered = list(items)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))


def _address(request: HttpRequest) -> str:
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return NO_ADDRESS


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
