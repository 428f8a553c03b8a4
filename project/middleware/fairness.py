"""Fair share of pages: a few requests of one session run at a time. The others wait, and hold no thread."""

from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.conf import settings

from chat.runtime.fair_queue import FairQueue

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


class FairRequests:
    """ASGI middleware for pages. Requests without a session belong to no user, and do not wait."""

    def __init__(self, app: App, most: int) -> None:
        self._app, self._turns = app, FairQueue(most)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        session = session_of(scope)
        if session is None:
            await self._app(scope, receive, send)
            return
        async with self._turns.of(session):
            await self._app(scope, receive, send)


def session_of(scope: Scope) -> str | None:
    """Return the session key that the request claims, which may not exist."""
    sent = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    try:
        found = SimpleCookie(sent.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    return (found.value or None) if found else None
