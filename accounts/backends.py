"""Password check at sign-in, once per attempt."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import HASH_SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User


class PasswordBackend(AuthenticationBackend):
    """allauth's backend, and the only one that hashes.

    An attempt costs the same for a known, an unknown and an inactive user. The backends after it in
    `AUTHENTICATION_BACKENDS` are listed for sessions that they began.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        if not credentials.get("password"):
            return None
        self._checked: dict[int, User | None] = {}  # by id: a username and an address may name the same user
        user: User | None = super().authenticate(request, **credentials)
        if user is None:
            raise PermissionDenied  # Django then skips the other backends
        if request is not None:
            _keep_session(request, user)
        return user

    def _authenticate_by_username(self, username: str, password: str) -> User | None:
        # Ignores case in every script, as all other look-ups do.
        return self._check_password(User.objects.called(username).first(), password)

    def _check_password(self, user: User | None, password: str) -> User | None:
        if user is None:
            return None
        if user.pk not in self._checked:
            self._checked[user.pk] = super()._check_password(user, password)
        return self._checked[user.pk]


def _keep_session(request: HttpRequest, user: User) -> None:
    """Keep the session of a user who re-enters the password, if the password was just rehashed."""
    replaced = user.replaced_session_hash
    if replaced and request.session.get(HASH_SESSION_KEY) == replaced:
        request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
