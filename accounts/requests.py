"""The user and the address of a request."""

from typing import cast

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User
from accounts.sessions.store import NO_ADDRESS


def signed_in_user(request: HttpRequest) -> User:
    # LoginRequiredMiddleware lets no other request through.
    return cast(User, request.user)


def address_of(request: HttpRequest) -> str:
    """Return the client's address, as our own proxies vouch for it."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # the address is unknown
        return NO_ADDRESS
