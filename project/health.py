"""Health check at `/healthz`, for proxies and monitoring: it tells whether this server can serve.

Anyone may ask, at any rate: the database is asked once a second for all of them, and the response is a word. The check
comes before everything else, so that a probe needs no host name of the site, no HTTPS and no place among requests.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from django.db import Error, connection

from chat.hub import running_hub
from project.config.logs import HEALTH_PATH
from project.middleware.security_headers import PAIRS

FRESH_SECONDS = 1.0
LOOK_SECONDS = 2.0  # a server is unwell if the check takes longer

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class HealthAnswers:
    """ASGI application that answers health checks, around the application for pages."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._health = Health()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["path"] != scope.get("root_path", "") + HEALTH_PATH:
            await self._application(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            status = HTTPStatus.METHOD_NOT_ALLOWED
        else:
            status = HTTPStatus.OK if await self._health.is_well() else HTTPStatus.SERVICE_UNAVAILABLE
        await answer(send, status)


async def answer(send: Any, status: HTTPStatus) -> None:
    body = status.phrase.encode() + b"\n"
    headers = [*PAIRS, (b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Health:
    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "health")
        self._look: asyncio.Future[bool] | None = None
        self._begun_at = -math.inf

    async def is_well(self) -> bool:
        """Return the result of the latest check, after a new one if that was a while ago."""
        hub = running_hub()
        if hub is not None and not hub.runs:
            return False
        now = asyncio.get_running_loop().time()
        if self._look is None or (self._look.done() and now > self._begun_at + FRESH_SECONDS):
            self._look, self._begun_at = self._ask_database(), now
        await asyncio.wait([self._look], timeout=self._begun_at + LOOK_SECONDS - now)
        return self._look.done() and self._look.result()

    def _ask_database(self) -> asyncio.Future[bool]:
        return asyncio.get_running_loop().run_in_executor(self._thread, can_serve_pages)


def can_serve_pages() -> bool:
    """Return whether a page gets a connection, and the database answers on it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            return cursor.fetchone() is not None
    except Error:
        connection.close()
        return False
    finally:
        if connection.vendor != "sqlite":
            connection.close()
