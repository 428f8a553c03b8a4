"""Transports: write frames directly to our own server's socket, or queue them for ASGI's `send`."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from chat.hub.delivery.frame import Frame

EXTENSION = "roomful.socket"  # in the scope of a connection to our own server (project/server/websocket.py)

TOO_SLOW = 4008
MOST_WAITING_BYTES = 256 * 1024  # a reader that is further behind is disconnected, and resumes when it reconnects


class Socket(Protocol):
    """The extension that our own server offers."""

    def write_frame(self, wire: bytes) -> None: ...
    def close_with(self, code: int) -> None: ...
    def rest(self, seconds: float) -> None: ...
    @property
    def waiting_bytes(self) -> int: ...
    def when_drained(self, callback: Callable[[], None]) -> None: ...


class Transport(Protocol):
    def deliver(self, frame: Frame) -> None:
        """Queue a frame without waiting. A reader that is too slow is disconnected."""

    @property
    def is_behind(self) -> bool:
        """True if the reader has not taken all earlier frames yet."""

    def when_caught_up(self, callback: Callable[[], None]) -> None:
        """Call `callback` once a reader who is behind has taken everything. Holds one callback at a time."""

    def close(self, code: int) -> None:
        """Close after the queued frames; later frames are dropped."""

    def rest(self, seconds: float) -> None:
        """Stop reading from the peer for a while, if the server supports that."""

    def end(self) -> None:
        """Release resources after the socket has closed."""


def transport_for(scope: dict[str, Any], send: Callable[[dict[str, Any]], Awaitable[None]]) -> Transport:
    socket = scope.get("extensions", {}).get(EXTENSION)
    return QueuedTransport(send) if socket is None else DirectTransport(socket)


class DirectTransport:
    """Writes frames at once to our own server's transport, which buffers them and reports how many bytes wait."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._closed = False

    def deliver(self, frame: Frame) -> None:
        if self._closed:
            return
        if self._socket.waiting_bytes > MOST_WAITING_BYTES:
            self.close(TOO_SLOW)
        else:
            self._socket.write_frame(frame.wire)

    @property
    def is_behind(self) -> bool:
        return not self._closed and self._socket.waiting_bytes > 0

    def when_caught_up(self, callback: Callable[[], None]) -> None:
        self._socket.when_drained(callback)

    def close(self, code: int) -> None:
        if not self._closed:
            self._closed = True
            self._socket.close_with(code)

    def rest(self, seconds: float) -> None:
        self._socket.rest(seconds)

    def end(self) -> None:
        self._closed = True


class QueuedTransport:
    """A queue and a task that writes it: ASGI's `send` may wait for a slow reader, and the hub must not."""

    def __init__(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self._send = send
        self._waiting: deque[Frame] = deque()
        self._waiting_bytes = 0
        self._is_sending = False
        self._caught_up: Callable[[], None] | None = None
        self._closing: int | None = None
        self._wake = asyncio.Event()
        self._writer = asyncio.create_task(self._write())

    def deliver(self, frame: Frame) -> None:
        if self._closing is not None:
            return
        if self._waiting_bytes > MOST_WAITING_BYTES:
            self._waiting.clear()
            self.close(TOO_SLOW)
            return
        self._waiting.append(frame)
        self._waiting_bytes += len(frame.wire)
        self._wake.set()

    @property
    def is_behind(self) -> bool:
        """True while `send` waits for the reader. Frames that were only just queued do not count."""
        return self._is_sending and self._closing is None

    def when_caught_up(self, callback: Callable[[], None]) -> None:
        self._caught_up = callback

    def close(self, code: int) -> None:
        if self._closing is None:
            self._closing = code
            self._wake.set()

    def rest(self, seconds: float) -> None:
        """Do nothing: ASGI has no way to pause reading."""

    def end(self) -> None:
        self._closing = self._closing or 1000
        self._writer.cancel()

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            self._is_sending = True
            while self._waiting:
                frame = self._waiting.popleft()
                self._waiting_bytes -= len(frame.wire)
                await self._send({"type": "websocket.send", "text": frame.text})
            self._is_sending = False
            if self._caught_up is not None and self._closing is None:
                caught_up, self._caught_up = self._caught_up, None
                caught_up()
            if self._closing is not None:
                await self._send({"type": "websocket.close", "code": self._closing})
                return
