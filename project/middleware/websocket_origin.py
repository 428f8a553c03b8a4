"""Origin check of WebSockets: only pages of exactly our own origins may open one.

A browser sends cookies with a WebSocket to any site that a page names, and no CSRF token guards it: the origin is the
only protection. Channels' own validator compares host names alone: another port of the same host would pass.
"""

from collections.abc import Iterable
from typing import Any

from channels.security.websocket import WebsocketDenier


class ExactOrigin:
    """ASGI middleware that refuses (403) a handshake unless its `Origin` is one of `origins`, as browsers write it.

    Missing, `null` and malformed origins are refused too.
    """

    def __init__(self, application: Any, origins: Iterable[str]) -> None:
        self.application = application
        self.origins = frozenset(origin.lower().encode() for origin in origins)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        claimed = [value for name, value in scope["headers"] if name == b"origin"]
        allowed = len(claimed) == 1 and claimed[0] in self.origins
        return await (self.application if allowed else WebsocketDenier())(scope, receive, send)
