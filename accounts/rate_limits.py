"""Rate limits that allauth lacks: for views and methods that it leaves unlimited, and for email to one mailbox.

Rates are in allauth's notation: `10/m/user`, `120/m/ip`, `20/h/key`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.requests import address_of
from accounts.sessions.known_devices import device_of
from accounts.signup.email_domains import mailbox_of

MAILS = "30/h/key"  # to one mailbox, of all kinds that signed-out visitors can request
MAILS_FROM_NETWORK = "12/h/key"  # the same, requested from one network

FAILED_BY_NAME = "100/h/key"  # wrong passwords for one name, from all networks
FAILED_ON_DEVICE = "5/5m/key,20/h/key"  # in a browser where the user signed in before

View = Callable[..., HttpResponseBase]


def limited(action: str, rate: str, *methods: str) -> Callable[[View], View]:
    """Answer 429 to requests with these methods beyond `rate`."""

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
    """Count an email that a visitor requests, and return whether it may be sent.

    One network cannot use up a mailbox's limit, so its owner still gets a mailed code elsewhere.
    """
    mailbox = mailbox_of(address)
    from_here = take(request, "mails_from_network", MAILS_FROM_NETWORK, key=f"{mailbox} {network_of(request)}")
    return from_here and take(request, "mails", MAILS, key=mailbox)


def take_sign_in(request: HttpRequest, login: str) -> ratelimit.RateLimitUsage | None:
    """Count an attempt to sign in with a password. Return None beyond the limit. allauth undoes it on success."""
    if device := device_of(request, login):
        return _consume(request, "login_failed_on_device", FAILED_ON_DEVICE, f"{device} {login}")
    of_network = ratelimit.consume(
        request, app="allauth.account", action="login_failed", key=name_and_network(request, login)
    )
    of_name = _consume(request, "login_failed_by_name", FAILED_BY_NAME, login) if of_network else None
    return ratelimit.RateLimitUsage([*of_network.usage, *of_name.usage]) if of_network and of_name else None


def name_and_network(request: HttpRequest, login: str) -> str:
    return f"{login} {network_of(request)}"


def take(request: HttpRequest, action: str, rate: str, *, key: str | None = None) -> bool:
    return bool(_consume(request, action, rate, key))


def _consume(request: HttpRequest, action: str, rate: str, key: str | None) -> ratelimit.RateLimitUsage | None:
    config = {action: rate}
    return ratelimit.consume(request, app="accounts", action=action, key=key, config=config, limit_get=True)


def network_of(request: HttpRequest) -> str:
    # One subscriber has a whole network of IPv6 addresses.
    return str(ratelimit.truncate_ip(address_of(request)))
