"""Rate limit on bytes of history: a short request may have a long answer.

Each user has one bucket in a process, for the socket and for pages. An answer is charged once its length is known, so
that a user who owes too much waits before the next request.
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
        self._lock = threading.Lock()  # pages are rendered in threads, and sockets are answered on the event loop

    def check(self, user: int) -> None:
        """Raise Limited if the user must wait for the bytes of earlier answers."""
        with self._lock:
            wait = self._limiter.wait(user, time.monotonic_ns())
        if wait:
            raise Limited(wait)

    def charge(self, user: int, size: int) -> None:
        with self._lock:
            self._limiter.spend(user, time.monotonic_ns(), size)


@cache
def get_traffic() -> Traffic:
    return Traffic()


def charged(view: View) -> View:
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
