"""Which pages may change something here: those of our own origins, to the letter.

Django's CSRF token decides, too; but a page on another port, or on a subdomain that is somebody else's, may be near
enough to come by one. A browser says where a form or script comes from (`Origin`, `Sec-Fetch-Site`), and no page can
change that. A program says neither, and has the token alone to show.
"""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


@sync_and_async_middleware
def exact_origin(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            refuse_foreign(request)
            response: HttpResponseBase = await get_response(request)
            return response

        return answer_later

    def answer(request: HttpRequest) -> HttpResponseBase:
        refuse_foreign(request)
        response: HttpResponseBase = get_response(request)
        return response

    return answer


def refuse_foreign(request: HttpRequest) -> None:
    """Raises PermissionDenied, and DisallowedHost where the site is called by a name that it does not have."""
    request.get_host()
    if request.method not in SAFE and not is_ours(request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")):
        raise PermissionDenied


def is_ours(origin: str | None, site: str | None) -> bool:
    """An origin that comes twice stands here as a list, which is none of ours."""
    return origin in (None, *settings.ALLOWED_ORIGINS) and site in (None, "same-origin")
