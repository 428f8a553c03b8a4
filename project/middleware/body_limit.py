"""Limit on the length of request bodies, on any server: Django accepts files of any size.

Our own server refuses long bodies earlier (project/server/http.py), since Daphne collects the whole body first. Other
servers pass the body on as it arrives, and need this limit.
"""

from typing import Any

from project.middleware.security_headers import PAIRS


class TooLong(Exception):
    pass


class CappedBodies:
    def __init__(self, application: Any, limit: int) -> None:
        self.application = application
        self.limit = limit  # bytes

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        received = 0

        async def receive_within_the_limit() -> dict[str, Any]:
            nonlocal received
            message: dict[str, Any] = await receive()
            received += len(message.get("body", b""))
            if received > self.limit:
                raise TooLong
            return message

        try:
            if claimed_length(scope) > self.limit:
                raise TooLong
            await self.application(scope, receive_within_the_limit, send)
        except TooLong:
            await refuse(send)


def claimed_length(scope: dict[str, Any]) -> int:
    claimed = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(claimed) if claimed.isdigit() else 0


async def refuse(send: Any) -> None:
    # Django reads the whole body before it responds, so no response has begun.
    headers = [*PAIRS, (b"content-length", b"0"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
