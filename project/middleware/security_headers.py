"""What every answer says to the browser, whoever made it: what it may be used for, and that it is not kept.

Outermost, so that static files and refusals have it too. What an answer says itself, stands.
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
    # Of what is no page: opened by itself, it runs nothing, loads nothing and stands in no frame.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(FEATURES),
    # Static files and pictures say how long they may be kept. What says nothing may be somebody's own.
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
        del response["Content-Security-Policy"]  # Django's pages about what went wrong have styles and scripts in them
    return response


# For what is answered without Django.
PAIRS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
PAIRS.append((b"x-content-type-options", b"nosniff"))
