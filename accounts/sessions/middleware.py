"""Middleware that records the last use of sessions."""

import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from inspect import iscoroutinefunction
from typing import cast

from django.db import Error
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from accounts.sessions import sessions

logger = logging.getLogger(__name__)

MOST = 10_000  # sessions that a process remembers noting; forgotten ones are noted again

GetResponse = Callable[[HttpRequest], HttpResponseBase]
GetResponseLater = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def last_use(get_response: GetResponse | GetResponseLater) -> GetResponse | GetResponseLater:
    """Note the use of a session once in a few minutes, after the response, so that no user waits for it."""

    async def respond_later(request: HttpRequest) -> HttpResponseBase:
        return _noting(request, await cast(GetResponseLater, get_response)(request))

    def respond(request: HttpRequest) -> HttpResponseBase:
        return _noting(request, cast(GetResponse, get_response)(request))

    return respond_later if iscoroutinefunction(get_response) else respond


def _noting(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    key = request.session.session_key
    if key is not None and _due.take(key):
        response._resource_closers.append(partial(_note, request, key))  # type: ignore[attr-defined]
    return response


def _note(request: HttpRequest, key: str) -> None:
    try:
        sessions.note_use(request, key)
    except Error as error:  # the next use is noted
        logger.warning("The use of a session could not be noted: %s", error)


class _Due:
    """Throttle on the notes of each session by this process."""

    def __init__(self) -> None:
        self._noted: OrderedDict[str, float] = OrderedDict()  # oldest first

    def take(self, key: str) -> bool:
        now, noted = time.monotonic(), self._noted.get(key)
        if noted is not None and now < noted + sessions.PAUSE.total_seconds():
            return False
        self._noted[key] = now
        self._noted.move_to_end(key)
        if len(self._noted) > MOST:
            self._noted.popitem(last=False)
        return True


_due = _Due()
