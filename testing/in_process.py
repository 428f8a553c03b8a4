"""The site's ASGI application on the test's own event loop, for tests that need no server process.

`InProcessServer` replaces a `Server` in `Client(server, alice)` and `open_socket`. Frames are not bytes here: tests of
the network, of limits on frames or of our Daphne need a real server.
"""

import asyncio
import itertools
import sys
import threading
from collections.abc import AsyncIterator, Generator
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlsplit

from channels.layers import get_channel_layer
from channels.routing import get_default_application
from django.conf import settings
from django.db import connections
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.frames import Close
from websockets.http11 import Response

from project.middleware.handshake_limit import DENIAL
from project.sqlite.base import close_pools
from testing.site import rest

Message = dict[str, Any]

ADDRESS = "127.0.0.1"
NORMAL, ABNORMAL, FAILED = 1000, 1006, 1011
USER_AGENT = f"Python/{sys.version_info.major}.{sys.version_info.minor} in process"


class InProcessServer:
    """The application, its hub and its presence, from `__aenter__` until `__aexit__`.

    `__aexit__` fails if the hub still holds a connection or a room.
    """

    def __init__(self) -> None:
        self._sockets: list[Socket] = []
        self._ports = itertools.count(50_000)

    async def __aenter__(self) -> Self:
        self._application = get_default_application()  # not earlier: this also loads all HTTP code
        close_pools()  # a test that closes its connection no longer needs it
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            state = await rest(lambda: sum(socket.is_served for socket in self._sockets))
            assert state.is_at_rest, f"The test is over, and its site still holds something: {state}"
        finally:
            for socket in self._sockets:
                socket.cancel()
            await stop_hub()
            await close_database_connections()

    @property
    def origin(self) -> str:
        return str(settings.ALLOWED_ORIGINS[0])

    def open_socket(self, origin: str | None, headers: dict[str, str], **options: Any) -> "Opening":
        assert not options, f"No network, so no options of it: {options}"
        socket = Socket(self._application, self._scope({"Origin": origin, **headers}))
        self._sockets.append(socket)
        return Opening(socket)

    def _scope(self, headers: dict[str, str | None]) -> Message:
        """Return a scope like the one that Daphne makes of a browser's handshake."""
        site = urlsplit(self.origin)
        sent = {
            "Host": site.netloc,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
            "User-Agent": USER_AGENT,
            **headers,
        }
        return {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "path": "/ws/",
            "raw_path": b"/ws/",
            "root_path": "",
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.items() if value],
            "client": [ADDRESS, next(self._ports)],
            "server": [ADDRESS, site.port],
            "subprotocols": [],
            "extensions": {DENIAL: {}},
        }


class Opening:
    """A handshake, used with `await` or `async with`, like `websockets.connect`."""

    def __init__(self, socket: "Socket") -> None:
        self._socket = socket

    def __await__(self) -> Generator[Any, None, "Socket"]:
        return self._socket.open().__await__()

    async def __aenter__(self) -> "Socket":
        return await self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()


class Socket:
    """Both ends of a WebSocket: the browser's, with the methods of `websockets`' connections, and the application's."""

    def __init__(self, application: Any, scope: Message) -> None:
        self.close_code: int | None = None
        self._application, self._scope = application, scope
        self._serving: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._received: asyncio.Queue[Message] = asyncio.Queue()  # messages to the application
        self._frames: asyncio.Queue[str | bytes | None] = asyncio.Queue()  # frames from it; None at the end
        self._closed = asyncio.Event()

    # -- The browser's end ---------------------------------------------------------------------------------------------

    async def open(self) -> Self:
        """Complete the handshake. Raises InvalidStatus."""
        self._received.put_nowait({"type": "websocket.connect"})
        self._serving = asyncio.create_task(self._serve())
        await self._opened
        return self

    async def send(self, frame: str | bytes) -> None:
        if self.close_code is not None:
            raise ConnectionClosedError(Close(self.close_code, ""), None)
        self._received.put_nowait({"type": "websocket.receive", "text" if isinstance(frame, str) else "bytes": frame})

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        while (frame := await self._frames.get()) is not None:
            yield frame

    async def close(self) -> None:
        """Close once everything sent is answered. Raises the application's exception, if any."""
        self._received.put_nowait({"type": "websocket.disconnect", "code": NORMAL})
        if self._serving:
            await self._serving
        self._end(NORMAL)

    async def wait_closed(self) -> None:
        await self._closed.wait()

    @property
    def transport(self) -> Self:
        return self

    def abort(self) -> None:
        self._end(ABNORMAL)

    # -- The application's end -----------------------------------------------------------------------------------------

    @property
    def is_served(self) -> bool:
        return self._serving is not None and not self._serving.done()

    def cancel(self) -> None:
        if self._serving:
            self._serving.cancel()

    async def _serve(self) -> None:
        code = FAILED
        try:
            await self._application(self._scope, self._received.get, self._take)
            code = NORMAL
        finally:
            if not self._opened.done():
                self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR)
            self._end(code)

    async def _take(self, message: Message) -> None:
        """Handle a message of the application, as ASGI's `send`. Messages to a closed socket are dropped."""
        match message["type"]:
            case "websocket.accept":
                self._opened.set_result(None)
            case "websocket.close" if not self._opened.done():
                self._refuse(HTTPStatus.FORBIDDEN)
            case "websocket.http.response.start":
                self._refuse(HTTPStatus(message["status"]), message["headers"])
            case "websocket.send" if self.close_code is None:
                self._frames.put_nowait(message.get("text") or message["bytes"])
            case "websocket.close":
                self._end(message.get("code", NORMAL))

    def _refuse(self, status: HTTPStatus, headers: list[tuple[bytes, bytes]] | None = None) -> None:
        told = Headers((name.decode(), value.decode("latin-1")) for name, value in headers or ())
        self._opened.set_exception(InvalidStatus(Response(status.value, status.phrase, told)))
        self._end(ABNORMAL)

    def _end(self, code: int) -> None:
        if self.close_code is None:
            self.close_code = code
            self._received.put_nowait({"type": "websocket.disconnect", "code": code})
            self._frames.put_nowait(None)
            self._closed.set()


async def stop_hub() -> None:
    """Stop everything that the hub started on the running loop, and close its connections to Redis."""
    from chat.hub import running_hub
    from presence import reads
    from presence.tracker import get_tracker

    if hub := running_hub():
        await get_tracker().stop(linger_ms=0)  # first, since the hub's own stop lets users linger
        await hub.stop()
        await reads._stores.get().close()
    await get_channel_layer().flush()  # a refused handshake may have used it without a hub


async def close_database_connections() -> None:
    """Close the connections of the database threads, once their pending work is done."""
    from chat.runtime import database

    def close_all(together: threading.Barrier) -> None:
        together.wait(10)  # until each thread runs one of these calls
        connections.close_all()

    loop = asyncio.get_running_loop()
    for pool in database._pools.values():
        together = threading.Barrier(pool._max_workers)
        await asyncio.gather(*(loop.run_in_executor(pool, close_all, together) for _ in range(together.parties)))
