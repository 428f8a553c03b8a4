"""Origin check of unsafe requests: only pages of exactly our own origins may change anything.

Django's CSRF token is checked, too, but a page on another port, or on a subdomain of another owner, may be near enough
to get one. A browser says where a form or script comes from (`Origin`, `Sec-Fetch-Site`), and no page can change that.
A program sends neither, and has only the token to show.
"""

import logging
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import sync_and_async_middleware

logger = logging.getLogger(__name__)

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


@sync_and_async_middleware
def exact_origin(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            return refusal(request) or await get_response(request)

        return answer_later

    return lambda request: refusal(request) or get_response(request)


def refusal(request: HttpRequest) -> HttpResponse | None:
    """Return a refusal, or None. Raises DisallowedHost for a host name that is not the site's."""
    request.get_host()
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if request.method in SAFE or is_ours(origin, site):
        return None
    logger.warning("Refused %s %r from the origin %r (%r)", request.method, request.path, origin, site)
    return render(request, "403_foreign.html", status=403)


def is_ours(origin: str | None, site: str | None) -> bool:
    # A repeated header arrives as a comma-separated list, which equals none of our origins.
    return origin in (None, *settings.ALLOWED_ORIGINS) and site in (None, "same-origin")
