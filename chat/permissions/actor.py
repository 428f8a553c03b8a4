"""Actor of an administrative act, as the audit log names them."""

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
    """`user` is None if the site itself acts, as in a nightly command.

    `has_shown_factor` is True if the user has shown a second factor in the session that they act in.
    """

    user: "User | None"
    address: str = ""
    has_shown_factor: bool = False

    @classmethod
    def of(cls, request: "HttpRequest") -> "Actor":
        """Return the signed-in user, with the client address that our own proxies report."""
        user, address = signed_in_user(request), address_of(request)
        return cls(user, address, signed_in_with_second_factor(request))

    @property
    def may_run_the_site(self) -> bool:
        """True if the session is good enough for administrator rights. The user may still not be an administrator."""
        return self.user is None or is_enough(has_shown_factor=self.has_shown_factor)


SITE = Actor(None, CONSOLE)
