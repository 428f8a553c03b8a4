"""Checks passwords at sign-in, once for each try."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import HASH_SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User


class PasswordBackend(AuthenticationBackend):
    """allauth's backend as the only one that hashes: a try costs the same for a known, an unknown and an inactive user.

    The backends after it in `AUTHENTICATION_BACKENDS` are listed for sessions that were begun by them.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        if not credentials.get("password"):
            return None
        self._checked: dict[int, User | None] = {}  # by id: a username and an address may name the same user
        user: User | None = super().authenticate(request, **credentials)
        if user is None:
            raise PermissionDenied  # Django asks no other backend then
        if request is not None:
            _keep_session(request, user)
        return user

    def _authenticate_by_username(self, username: str, password: str) -> User | None:
        """Find the user in any case of any script, as every other look-up does."""
        return self._check_password(User.objects.called(username).first(), password)

    def _check_password(self, user: User | None, password: str) -> User | None:
        if user is None:
            return None
        if user.pk not in self._checked:
            self._checked[user.pk] = super()._check_password(user, password)
        return self._checked[user.pk]


def _keep_session(request: HttpRequest, user: User) -> None:
    """Keep the session of a user who enters the password again, where its hash has just been replaced."""
    replaced = user.replaced_session_hash
    if replaced and request.session.get(HASH_SESSION_KEY) == replaced:
        request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
