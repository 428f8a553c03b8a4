"""Browsers where a user signed in before, recognised by a signed cookie.

An attacker can use up the sign-in attempts of a username. Attempts in a known browser have their own counter, so its
user still gets in. The cookie gives no access, and becomes void when the password changes.
"""

import secrets
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, cast

from allauth.account.signals import password_changed, password_reset, password_set
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from accounts.models import User
from accounts.usernames.rules import folded

SALT = "accounts.devices"
AGE = 60 * 60 * 24 * 365  # seconds
MOST_USERS = 5  # per browser

GetResponse = Callable[[HttpRequest], HttpResponseBase]
GetResponseLater = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def remember_device(get_response: GetResponse | GetResponseLater) -> GetResponse | GetResponseLater:

    async def respond_later(request: HttpRequest) -> HttpResponseBase:
        return _with_cookie(request, await cast(GetResponseLater, get_response)(request))

    def respond(request: HttpRequest) -> HttpResponseBase:
        return _with_cookie(request, cast(GetResponse, get_response)(request))

    return respond_later if iscoroutinefunction(get_response) else respond


@receiver([user_logged_in, password_reset, password_changed, password_set])
def note_user(request: HttpRequest, user: User, **_: Any) -> None:
    request._user_of_device = user  # type: ignore[attr-defined]


def device_of(request: HttpRequest, login: str) -> str | None:
    """Return the name of this browser, if the user with that username or email address signed in here before.

    A signed-in user who is asked for the password again counts, too.
    """
    if request.user.is_authenticated and login in (folded(request.user.username), folded(request.user.email)):
        return f"user {request.user.pk}"
    name, users = _read(request)
    if not users:
        return None
    found = User.objects.called(login) if "@" not in login else User.objects.filter(email__iexact=login)
    known = any(users.get(str(user.pk)) == _fingerprint(user) for user in found)
    return name if known else None


def _with_cookie(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    user: User | None = getattr(request, "_user_of_device", None)
    if user is not None:
        name, users = _read(request)
        users.pop(str(user.pk), None)
        users = dict([*users.items(), (str(user.pk), _fingerprint(user))][-MOST_USERS:])
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            signing.dumps([name, users], salt=SALT),
            max_age=AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def _read(request: HttpRequest) -> tuple[str, dict[str, str]]:
    """Return the browser's name and the fingerprint of each of its users. Without a cookie, return a new name."""
    try:
        name, users = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=AGE)
    except signing.BadSignature:
        return secrets.token_urlsafe(12), {}
    return name, users


def _fingerprint(user: User) -> str:
    return user.get_session_auth_hash()[:16]
