"""Who does something that is written down: an administrative act names them, and where they came from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from allauth.account.adapter import get_adapter

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User

CONSOLE = "console"  # in place of an address: a command on the server itself


@dataclass(frozen=True, slots=True)
class Actor:
    """`user` is None where the site itself acts, such as a command that is run every night."""

    user: "User | None"
    address: str = ""

    @classmethod
    def of(cls, request: "HttpRequest") -> "Actor":
        """Whoever is signed in, and the address that our own proxies vouch for."""
        return cls(cast("User", request.user), get_adapter().get_client_ip(request))


SITE = Actor(None, CONSOLE)
