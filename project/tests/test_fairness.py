"""Concurrent requests for pages by one session."""

import asyncio
from typing import Any

from django.conf import settings

from project.middleware.fairness import FairRequests, session_of

NAME = settings.SESSION_COOKIE_NAME.encode()


async def settle() -> None:
    """Let all tasks that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_pages_of_one_session_are_made_a_few_at_a_time_and_those_of_others_meanwhile() -> None:
    begun: list[str | None] = []
    may_end = asyncio.Event()

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        begun.append(session_of(scope))
        await may_end.wait()

    pages = FairRequests(application, most=2)
    asked = [requested_by(session) for session in (b"a", b"a", b"a", b"b", None, None, None)]
    tasks = [asyncio.create_task(pages(scope, None, None)) for scope in asked]
    await settle()
    assert begun == ["a", "a", "b", None, None, None]
    may_end.set()
    await asyncio.gather(*tasks)
    assert begun[-1] == "a"


def requested_by(session: bytes | None) -> dict[str, Any]:
    cookies = b"theme=dark; " + NAME + b"=" + session if session else b"theme=dark"
    return {"headers": [(b"host", b"testserver"), (b"cookie", cookies)]}
