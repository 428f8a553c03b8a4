"""Rate limits for views, where allauth has none, or passes the method by that is really sent."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def limited(action: str, rate: str, *methods: str) -> Callable[[View], View]:
    """Answer 429 to requests of these methods beyond `rate`, in allauth's notation: `10/m/user`, `120/m/ip`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def limited_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods or _take(request, action, rate):
                return view(request, *args, **kwargs)
            too_many: HttpResponseBase = ratelimit.respond_429(request)
            return too_many

        return limited_view

    return decorate


def _take(request: HttpRequest, action: str, rate: str) -> bool:
    return bool(ratelimit.consume(request, app="accounts", action=action, config={action: rate}, limit_get=True))
