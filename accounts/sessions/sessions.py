"""Sessions in force: look-ups long after sign-in, notes of their use, and their end.

The device, address and last use of a session are noted in allauth's `UserSession`. A note does not tell whether the
session is in force.
"""

from collections.abc import Collection, Iterator
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeVar

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.mfa.factors import has_shown_factor
from accounts.models import User, password_rehashed
from accounts.requests import address_of
from accounts.signals import announce_sign_out_everywhere, session_ended

T = TypeVar("T")

BATCH = 500  # rows; databases limit the number of parameters
DEVICE_LENGTH = 200  # characters, as in the column
PAUSE = timedelta(minutes=5)  # between two notes of a session's use: a write with every request costs too much


class Held(NamedTuple):
    """A session in force: its user, and whether they have shown a second factor in it."""

    user_id: int
    has_shown_factor: bool


class Claims(NamedTuple):
    """The claims in a stored session."""

    user_id: int | None
    hash: str | None  # of the user's password at that time
    has_shown_factor: bool


def in_force(keys: Collection[str]) -> dict[str, int]:
    """Return the keys of the sessions that are in force, each with its user's id.

    A session is in force until it ends or expires, or its user is deactivated or changes the password. Takes two
    queries for up to 500 keys, none for no keys.
    """
    return {key: held.user_id for key, held in read(keys).items()}


def read(keys: Collection[str]) -> dict[str, Held]:
    """Return the keys of the sessions that are in force, as `in_force` does, each with a `Held`."""
    return {key: held for batch in batches(keys) for key, held in _in_force(batch)}


@receiver(user_logged_in)
def note(request: HttpRequest, user: User, **_: Any) -> None:
    if request.session.session_key is None:  # another user was signed in, and that session was flushed
        request.session.create()
    _write_down(request, str(request.session.session_key), user.pk)


def note_use(request: HttpRequest, key: str) -> None:
    # The address may be a new one.
    if user_id := in_force([key]).get(key):
        _write_down(request, key, user_id)


def touch(keys: Collection[str]) -> None:
    """Note that these sessions are in use, with one UPDATE for up to 500 keys. Skip recently noted ones."""
    now = timezone.now()
    for batch in batches(keys):
        UserSession.objects.filter(session_key__in=batch, last_seen_at__lt=now - PAUSE / 2).update(last_seen_at=now)


@receiver(password_rehashed)
def carry_over(user: User, **_: Any) -> None:
    keys = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
    for batch in batches(list(keys)):
        for session in Session.objects.filter(pk__in=batch):
            data = session.get_decoded()
            if data.get(HASH_SESSION_KEY) == user.replaced_session_hash:
                data[HASH_SESSION_KEY] = user.get_session_auth_hash()
                Session.objects.filter(pk=session.pk).update(session_data=Session.objects.encode(data))


@receiver(post_delete, sender=Session)
def announce_the_end(instance: Session, **_: Any) -> None:
    """Send `session_ended` after the commit, unless the session had expired.

    A session ends by sign-out, a new session key, another user's sign-in in the same browser, or someone's decision.
    Holders of open connections check for expiry themselves.
    """
    user = _claims(instance.session_data).user_id
    if user is not None and instance.expire_date > timezone.now():
        values = {"user_id": user, "session_key": instance.session_key}
        transaction.on_commit(partial(session_ended.send, sender=User, **values))


def of(user: User) -> list[UserSession]:
    """Return the user's noted sessions that are in force, the latest used first."""
    noted = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    standing = in_force([session.session_key for session in noted])
    return [session for session in noted if standing.get(session.session_key) == user.pk]


@transaction.atomic
def end(session: UserSession) -> None:
    Session.objects.filter(pk=session.session_key).delete()
    session.delete()


def end_others(user: User, key: str) -> None:
    others = [other for other in keys_of(user.pk) if other != key]  # before the transaction, which keeps others waiting
    with transaction.atomic():
        _delete(others)
        UserSession.objects.filter(user=user).exclude(session_key=key).delete()


def keys_of(user_id: int) -> list[str]:
    """Return the keys of all unexpired sessions of a user. accounts/sessions/store.py notes each when it stores it."""
    noted = UserSession.objects.filter(user_id=user_id).values("session_key")
    return list(Session.objects.filter(pk__in=noted, expire_date__gt=timezone.now()).values_list("pk", flat=True))


def end_all(user: User, keys: Collection[str]) -> None:
    """End these sessions, and delete the notes of all sessions of the user, in the caller's transaction."""
    _delete(keys)
    UserSession.objects.filter(user=user).delete()
    announce_sign_out_everywhere(user.pk)


def forget_expired() -> int:
    """Delete expired sessions, and notes of sessions that no longer exist. Return how many had expired."""
    expired = list(Session.objects.filter(expire_date__lt=timezone.now()).values_list("pk", flat=True))
    _delete(expired)
    UserSession.objects.exclude(session_key__in=Session.objects.values("pk")).delete()
    return len(expired)


def batches(items: Collection[T]) -> Iterator[list[T]]:
    ordered = list(items)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))


def _write_down(request: HttpRequest, key: str, user_id: int) -> None:
    device = request.headers.get("User-Agent", "")[:DEVICE_LENGTH]
    found = {"user_id": user_id, "ip": address_of(request), "user_agent": device, "last_seen_at": timezone.now()}
    UserSession.objects.update_or_create(session_key=key, defaults=found)


def _delete(keys: Collection[str]) -> None:
    for batch in batches(keys):
        Session.objects.filter(pk__in=batch).delete()


def _in_force(keys: list[str]) -> Iterator[tuple[str, Held]]:
    found = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    claims = {key: _claims(data) for key, data in found.values_list("session_key", "session_data")}
    users = {claim.user_id for claim in claims.values() if claim.user_id is not None}
    active = User.objects.filter(is_active=True, pk__in=users)
    hashes = {user: hashes_of(password) for user, password in active.values_list("pk", "password")}
    for key, (user, session_hash, has_shown) in claims.items():
        if user is not None and session_hash is not None and session_hash in hashes.get(user, ()):
            yield key, Held(user, has_shown)


@lru_cache(maxsize=10_000)  # a busy socket asks with every message, and the answer depends on the data alone
def _claims(session_data: str) -> Claims:
    data = Session(session_data=session_data).get_decoded()
    user = str(data.get(SESSION_KEY, ""))
    user_id = int(user) if user.isdecimal() else None
    return Claims(user_id, data.get(HASH_SESSION_KEY), has_shown_factor(data, user_id))


def hashes_of(password: str) -> tuple[str, ...]:
    """Return the session hashes of a password, with the secret key and with each of the former keys."""
    return _hashes_of(password, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=10_000)  # Django derives the hashes from these two alone
def _hashes_of(password: str, _secrets: tuple[str, ...]) -> tuple[str, ...]:
    user = User(password=password)
    return (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
