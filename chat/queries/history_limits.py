"""How many bytes of history a person may ask for: a short question may have a long answer.

Each has one bucket in a process, for the socket and for pages. An answer is charged once its length is known, so that
a user who owes too much waits before asking for another.
"""

import math
import threading
import time
from collections.abc import Callable
from functools import cache, wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts.requests import signed_in_user
from chat import conf
from chat.errors import Limited
from chat.runtime.rate_limiter import Limiter

View = Callable[..., HttpResponse]


class Traffic:
    def __init__(self) -> None:
        self._limiter: Limiter[int] = Limiter(conf.answers())
        self._lock = threading.Lock()  # pages are made in threads, and sockets answered on the event loop

    def check(self, user: int) -> None:
        """Raise Limited where the user has yet to wait for what they were answered."""
        with self._lock:
            wait = self._limiter.wait(user, time.monotonic_ns())
        if wait:
            raise Limited(wait)

    def charge(self, user: int, size: int) -> None:
        with self._lock:
            self._limiter.spend(user, time.monotonic_ns(), size)


@cache
def get_traffic() -> Traffic:
    """Return the one of this process."""
    return Traffic()


def charged(view: View) -> View:
    """Charge a view's answers to the user; refuse with 429 where they owe too much."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        user = signed_in_user(request)
        try:
            get_traffic().check(user.pk)
        except Limited as limited:
            return _refusal(request, limited)
        answer = view(request, *args, **kwargs)
        get_traffic().charge(user.pk, len(answer.content))
        return answer

    return wrapper


def _refusal(request: HttpRequest, limited: Limited) -> HttpResponse:
    seconds = math.ceil(limited.retry_after)
    if request.accepts("text/html"):
        answer = render(request, "chat/too_much.html", {"seconds": seconds}, status=429)
    else:
        error = {"code": limited.code, "detail": limited.detail, "retry_after": limited.retry_after}
        answer = JsonResponse(error, status=429)
    answer["Retry-After"] = str(seconds)
    return answer
