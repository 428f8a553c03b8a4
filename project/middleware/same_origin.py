"""Which pages may change something here: those of our own origins, to the letter.

Django's CSRF token decides, too; but a page on another port, or on a subdomain that is somebody else's, may be near
enough to come by one. A browser says where a form or script comes from (`Origin`, `Sec-Fetch-Site`), and no page can
change that. A program says neither, and has the token alone to show.
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
    """Raises DisallowedHost where the site is called by a name that it does not have."""
    request.get_host()
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if request.method in SAFE or is_ours(origin, site):
        return None
    logger.warning("Refused %s %r from the origin %r (%r)", request.method, request.path, origin, site)
    return render(request, "403_foreign.html", status=403)


def is_ours(origin: str | None, site: str | None) -> bool:
    """An origin that comes twice stands here as a list, which is none of ours."""
    return origin in (None, *settings.ALLOWED_ORIGINS) and site in (None, "same-origin")
