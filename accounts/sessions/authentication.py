"""Authentication of requests and sockets by their session, which a former secret key may have signed.

Django gives such a session another session key, and Channels deletes it. Either would sign users out: the page's next
request and its open socket still have the old session key. Here a session keeps its key and its row.
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
    backend, stored = session.get(BACKEND_SESSION_KEY), session.get(HASH_SESSION_KEY)
    if SESSION_KEY not in session or backend not in settings.AUTHENTICATION_BACKENDS or not stored:
        return None
    user: User | None = auth.load_backend(backend).get_user(User._meta.pk.to_python(session[SESSION_KEY]))
    is_in_force = user and any(constant_time_compare(stored, each) for each in hashes_of(user.password))
    return user if is_in_force else None


class RequestAuthentication(AuthenticationMiddleware):
    """Middleware that sets `request.user`.

    The first request after a change of the secret key signs the session again. The session key stays.
    """

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
    return user_of(scope["session"]) or AnonymousUser()


def take_the_place_of_channels_own() -> None:
    # `AuthMiddlewareStack` calls channels.auth.get_user, which has no setting, and deletes the session.
    channels.auth.get_user = user_of_scope
