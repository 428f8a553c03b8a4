"""Rate limits of our own: for views, where allauth has none or passes a method by, and for mail to one mailbox.

Rates are in allauth's notation: `10/m/user`, `120/m/ip`, `20/h/key`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.addresses import mailbox_of
from accounts.sessions import address_of

MAILS = "30/h/key"  # to one mailbox, of all kinds that people who are not signed in can ask for
MAILS_FROM_NETWORK = "12/h/key"  # and of these, asked for from one network

View = Callable[..., HttpResponseBase]


def limited(action: str, rate: str, *methods: str) -> Callable[[View], View]:
    """Answer 429 to requests of these methods beyond `rate`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def limited_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods or take(request, action, rate):
                return view(request, *args, **kwargs)
            too_many: HttpResponseBase = ratelimit.respond_429(request)
            return too_many

        return limited_view

    return decorate


def may_mail(request: HttpRequest, address: str) -> bool:
    """Count a mail that somebody asks for, and return whether it may be sent.

    One network cannot use up what a mailbox may get, so that its owner still has a mailed code from elsewhere.
    """
    mailbox = mailbox_of(address)
    from_here = take(request, "mails_from_network", MAILS_FROM_NETWORK, key=f"{mailbox} {network_of(request)}")
    return from_here and take(request, "mails", MAILS, key=mailbox)


def take(request: HttpRequest, action: str, rate: str, *, key: str | None = None) -> bool:
    """Count one more, and return whether it is within the rate."""
    config = {action: rate}
    return bool(ratelimit.consume(request, app="accounts", action=action, key=key, config=config, limit_get=True))


def network_of(request: HttpRequest) -> str:
    """Return the client's address, or of IPv6 the network that one subscriber has."""
    return str(ratelimit.truncate_ip(address_of(request)))
