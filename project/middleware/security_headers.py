"""Security headers of every response: limits on its use in the browser, and no caching.

The middleware is outermost, so that static files and refusals have them too. A response's own headers take precedence.
"""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

OFF = (
    "accelerometer autoplay camera display-capture encrypted-media geolocation gyroscope hid idle-detection "
    "local-fonts magnetometer microphone midi payment picture-in-picture screen-wake-lock serial storage-access usb "
    "window-management xr-spatial-tracking"
)
OURS = "clipboard-write fullscreen publickey-credentials-create publickey-credentials-get"
FEATURES = [f"{name}=()" for name in OFF.split()] + [f"{name}=(self)" for name in OURS.split()]

HEADERS = {
    # For responses that are no page: opened directly, they run nothing, load nothing and appear in no frame.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(FEATURES),
    # Static files and pictures say how long they may be cached. Any other response may be private.
    "Cache-Control": "no-store",
}


@sync_and_async_middleware
def headers(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            return with_headers(await get_response(request))

        return answer_later

    return lambda request: with_headers(get_response(request))


def with_headers(response: HttpResponseBase) -> HttpResponseBase:
    named = response.has_header("Content-Security-Policy")
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if settings.DEBUG and response.status_code >= 400 and not named:
        del response["Content-Security-Policy"]  # Django's debug pages have inline styles and scripts
    return response


# For responses that do not pass through Django.
PAIRS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
PAIRS.append((b"x-content-type-options", b"nosniff"))
