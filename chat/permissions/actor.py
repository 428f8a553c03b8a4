"""Who does something that is written down: an administrative act names them, and where they came from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.mfa.admin_gate import is_enough
from accounts.mfa.factors import signed_in_with_second_factor
from accounts.requests import address_of, signed_in_user

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User

CONSOLE = "console"  # in place of an address: a command on the server itself


@dataclass(frozen=True, slots=True)
class Actor:
    """`user` is None where the site itself acts, such as a command that is run every night.

    `has_shown_factor` says whether the user has shown a second factor in the session in which they act.
    """

    user: "User | None"
    address: str = ""
    has_shown_factor: bool = False

    @classmethod
    def of(cls, request: "HttpRequest") -> "Actor":
        """Whoever is signed in, and the address that our own proxies vouch for."""
        user, address = signed_in_user(request), address_of(request)
        return cls(user, address, signed_in_with_second_factor(request))

    @property
    def may_run_the_site(self) -> bool:
        """Whether the session is good enough for the rights of an administrator, if the user is one."""
        return self.user is None or is_enough(has_shown_factor=self.has_shown_factor)


SITE = Actor(None, CONSOLE)
