"""WebSockets of our Daphne: autobahn's and Daphne's, with what the hub needs in addition.

An open socket keeps nothing of its handshake: it may be open for days, and there are many. It also keeps nothing that a
peer sends after breaking the rules.

The hub writes frames that were encoded once for everyone straight to the transport (`roomful.socket` in the scope's
extensions): ASGI's `send` would encode, frame and queue them again for every socket.
"""

import socket
import time
from asyncio import Future
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from autobahn.websocket.types import ConnectionDeny
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.tcp import Connection

RESTARTING = 1012  # docs/protocol.md

# Time for a peer to answer a close frame before the connection is cut. autobahn counts in whole seconds, so its own
# second may be none: a busy server discarded unsent data, such as the reason for the close.
GOOD_BYE_SECONDS = 5


# Data that the system may keep unsent for a peer. A ping would wait behind more, and a slow line would look like a lost
# one: the system takes up to 4 MB from us, whatever the peer takes.
UNSENT_BYTES = 64 * 1024


class Socket(WebSocketProtocol):
    _resting: Any = None  # the call that ends a rest
    _drained: Callable[[], None] | None = None
    _written = 0  # bytes of frames
    _backlog = 0  # bytes that waited at the last look for life
    _taken = 0  # bytes that the peer had taken by then
    _took_at = 0.0

    @classmethod
    def configured_by(cls, factory: Any) -> type["Socket"]:
        # The subclass has the factory's settings, which autobahn would otherwise copy and log for each socket.
        settings = {name: getattr(factory, name) for name in cls.CONFIG_ATTRS}
        settings = {name: staticmethod(value) if callable(value) else value for name, value in settings.items()}
        return type(cls.__name__, (cls,), settings | {"CONFIG_ATTRS": []})

    # -- For the hub ---------------------------------------------------------------------------------------------------

    def write_frame(self, wire: bytes) -> None:
        """Write bytes that are framed already.

        They go straight to the system as far as it takes them: Twisted would need two more system calls, to arm its
        writer and to disarm it.
        """
        if self.state != self.STATE_OPEN:
            return
        self._written += len(wire)
        sent = 0 if self.waiting_bytes else self._sent_at_once(wire)
        if sent < len(wire):
            self.transport.write(wire[sent:])

    def close_with(self, code: int) -> None:
        """Close with any code. Daphne's own method fails with codes other than 1000 and those from 3000 on."""
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=code, isReply=False)

    def leave_after(self, application: Future[None]) -> None:
        """Close for a shutdown, once the application has handled earlier messages. It never gets later ones."""
        self.application_queue.put_nowait({"type": "websocket.disconnect", "code": RESTARTING})
        application.add_done_callback(lambda _: self.close_with(RESTARTING))

    def rest(self, seconds: float) -> None:
        """Stop reading from the peer for a while. When the system's buffer is full, the peer has to wait."""
        if self._resting is None and self.state == self.STATE_OPEN:
            self.transport.pauseProducing()
            self._resting = self.factory.reactor.callLater(seconds, self._resume)

    def _resume(self) -> None:
        self._resting = None
        self.transport.resumeProducing()

    @property
    def waiting_bytes(self) -> int:
        """Bytes that the peer has yet to take, apart from those in the system's buffer."""
        transport = self.transport
        return len(transport.dataBuffer) - transport.offset + transport._tempDataLen

    def when_drained(self, callback: Callable[[], None]) -> None:
        """Call `callback` once no bytes wait any more, unless the connection is lost before. One callback at a time."""
        self._drained = callback
        self.transport.registerProducer(self, False)  # Twisted asks a pull producer for more when it has nothing left

    def _sent_at_once(self, wire: bytes) -> int:
        if not isinstance(self.transport, Connection):  # TLS: plain bytes must not go to the socket below it
            return 0
        try:
            return int(self.transport.socket.send(wire))
        except OSError:  # would block, or is broken: Twisted finds out which
            return 0

    def _look_for_life(self) -> None:
        """Note whether the peer has taken part of a backlog. Bytes that go to the system at once prove nothing."""
        waiting = self.waiting_bytes
        taken = self._written - waiting
        if self._backlog and taken > self._taken:
            self._took_at = time.monotonic()
        self._backlog, self._taken = waiting, taken

    # -- For Twisted ---------------------------------------------------------------------------------------------------

    def resumeProducing(self) -> None:
        if self._drained is not None and not self.waiting_bytes:  # Twisted also calls this once at the registration
            drained, self._drained = self._drained, None
            self.transport.unregisterProducer()
            drained()

    def stopProducing(self) -> None:
        self._drained = None

    # -- For Daphne and autobahn ---------------------------------------------------------------------------------------

    def processHandshake(self) -> None:
        # Handled once. Then the peer has to wait: earlier data would be kept, or mistaken for another request.
        if not self._is_asking:
            super().processHandshake()
        if self._is_asking and self.data:
            self.transport.abortConnection()

    @property
    def _is_asking(self) -> bool:
        return hasattr(self, "handshake_deferred")

    def onConnect(self, request: Any) -> Any:
        request.headers.pop("sec-websocket-protocol", None)  # we have only one; Daphne fails if it is not ASCII
        return super().onConnect(request)

    def onOpen(self) -> None:
        super().onOpen()
        with suppress(AttributeError, OSError):  # not on every system
            self.transport.getHandle().setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        self.transport.unregisterProducer()  # the HTTP channel, which would live on with the whole request
        self.clean_headers.clear()  # shared with the application's scope, which has been read
        self.request.headers = {}
        self.http_headers = self.request.headers
        self.http_request_data = self.http_response_data = None

    def onFrameData(self, payload: bytes) -> bool | None:
        # autobahn reads on after a frame that it refused, until the peer closes, and would collect the data.
        return None if self.failedByMe else super().onFrameData(payload)

    def onPing(self, payload: bytes) -> None:
        # A peer that does not take its answers gets no more of them.
        if not self.waiting_bytes:
            super().onPing(payload)

    def _sendAutoPing(self) -> None:
        self._look_for_life()
        super()._sendAutoPing()

    def onAutoPingTimeout(self) -> None:
        """Drop a peer that neither answered a ping nor took any data. On a slow line, the ping waits behind data."""
        self._look_for_life()
        if time.monotonic() - self._took_at >= self.autoPingTimeout:
            super().onAutoPingTimeout()

    def dropConnection(self, abort: bool = False) -> None:
        """Drop the connection. Give the last data, such as the reason for the close, limited time to arrive."""
        waits = self.waiting_bytes > 0
        super().dropConnection(abort and not (waits and self.wasClean))
        if waits:
            self.factory.reactor.callLater(GOOD_BYE_SECONDS, self.transport.abortConnection)

    denial_headers: Any = None

    def handle_reply(self, message: dict[str, Any]) -> None:
        # ASGI's extension lets an application refuse a handshake with any status and headers. Bodies are left out.
        if message["type"] == "websocket.http.response.start":
            self.denial_headers = [(name.decode(), value.decode("latin-1")) for name, value in message["headers"]]
            self.deny(HTTPStatus(message["status"]))
        elif message["type"] != "websocket.http.response.body":
            super().handle_reply(message)

    def deny(self, status: HTTPStatus) -> None:
        # Like `serverReject`, which can only send 403.
        self.handshake_deferred.errback(ConnectionDeny(status.value, status.phrase))
        del self.handshake_deferred
        self.server.protocol_disconnected(self)

    def serverClose(self, code: int | None = None) -> None:
        self.close_with(code or 1000)

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        # Skips the log line that autobahn formats each time, and that is never read.
        if sync or chopsize or self.send_queue:
            super().sendData(data, sync, chopsize)
        else:
            self.transport.write(data)

    def failHandshake(self, reason: str, code: int = 400, headers: Any = None) -> None:
        # A malformed origin never reaches the application. It is refused like every foreign origin.
        code, reason = (403, "Access denied") if reason.startswith("HTTP Origin") else (code, reason)
        super().failHandshake(reason, code, self.denial_headers or headers)
