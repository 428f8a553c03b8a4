"""The user of a request and of a socket, by their session, also where a former secret key vouches for it.

Django gives a session of a former key another session key, and Channels deletes it. Either would sign users out: the
page's next request and its open socket still have the session key of before. Here a session keeps its key and its row.
"""

from functools import partial
from typing import Any, cast

import channels.auth
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib import auth
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.sessions.sessions import hashes_of


def user_of(session: SessionBase) -> User | None:
    """Return the user of a session that is in force. It writes nothing."""
    backend, stored = session.get(BACKEND_SESSION_KEY), session.get(HASH_SESSION_KEY)
    if SESSION_KEY not in session or backend not in settings.AUTHENTICATION_BACKENDS or not stored:
        return None
    user: User | None = auth.load_backend(backend).get_user(User._meta.pk.to_python(session[SESSION_KEY]))
    is_in_force = user and any(constant_time_compare(stored, each) for each in hashes_of(user.password))
    return user if is_in_force else None


class RequestAuthentication(AuthenticationMiddleware):
    """Sets `request.user`. The first request with a new secret key signs the session again; its own key stays."""

    def process_request(self, request: HttpRequest) -> None:
        request.user = SimpleLazyObject(partial(_user_of, request))  # type: ignore[assignment]
        request.auser = partial(sync_to_async(_user_of), request)


def _user_of(request: HttpRequest) -> User | AnonymousUser:
    user = user_of(request.session)
    if user is None:
        return cast(AnonymousUser, auth.get_user(request))  # Django's, which ends a session that is not in force
    _sign_again(request.session, user)
    return user


def _sign_again(session: SessionBase, user: User) -> None:
    current = user.get_session_auth_hash()
    if session[HASH_SESSION_KEY] != current:
        session[HASH_SESSION_KEY] = current


@database_sync_to_async
def user_of_scope(scope: dict[str, Any]) -> User | AnonymousUser:
    """Return the user of a socket's session."""
    return user_of(scope["session"]) or AnonymousUser()


def take_the_place_of_channels_own() -> None:
    """Let `AuthMiddlewareStack` ask `user_of_scope`: its own function takes no setting, and deletes the session."""
    channels.auth.get_user = user_of_scope
