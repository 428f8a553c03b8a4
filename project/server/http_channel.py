"""HTTP connections of our Daphne, with a deadline for the head of each request, and with back-pressure.

Twisted starts the next request of a pipeline however much of the last response is unsent, so that a peer which does not
read fills the memory. It also waits for a head as long as a byte comes now and then.
"""

import logging
from asyncio import Future, get_running_loop
from http import HTTPStatus
from typing import Any

from django.conf import settings
from twisted.web.http import HTTPChannel

from project.server import descriptors

logger = logging.getLogger(__name__)

HEAD_SECONDS = 30.0  # from the connection, or from the first byte of a further request
SCARCE_HEAD_SECONDS = 5.0  # if file descriptors are scarce
LEAST_BYTES = 16 * 1024  # for a peer to take in settings.STALL_SECONDS; a line of 20 kbit/s takes nine times as much


class Channel(HTTPChannel):
    def __init__(self) -> None:
        super().__init__()
        self._is_scarce = descriptors.is_scarce()  # this connection is one of the reserve
        self._in_head = True  # or between two requests
        self._head_clock: Any = None
        self._finished: Any = None  # the request with a response that fills the transport, while the next one waits
        self._written = 0  # bytes
        self._stall_clock: Any = None
        self._drained: set[Future[None]] = set()

    # -- The head of a request: its first line and headers -------------------------------------------------------------

    def connectionMade(self) -> None:
        super().connectionMade()
        self._start_head_clock()

    def dataReceived(self, data: bytes) -> None:
        self._start_head_clock()
        super().dataReceived(data)

    def allHeadersReceived(self) -> None:
        self._in_head = False
        self._stop(self._head_clock)
        self._head_clock = None
        super().allHeadersReceived()

    def checkPersistence(self, request: Any, version: bytes) -> bool:
        persists = bool(super().checkPersistence(request, version))
        if persists and self._is_scarce:
            request.responseHeaders.setRawHeaders(b"Connection", [b"close"])
            return False
        return persists

    def _start_head_clock(self) -> None:
        if self._in_head and self._head_clock is None:
            seconds = min(SCARCE_HEAD_SECONDS if self._is_scarce else HEAD_SECONDS, settings.BODY_SECONDS)
            self._head_clock = self.callLater(seconds, self._end_head)

    def _end_head(self) -> None:
        self._head_clock = None
        self._in_head = False
        if self.requests:
            self.requests[-1].refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.loseConnection()

    # -- Back-pressure -------------------------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        self._written += len(data)
        super().write(data)

    def writeSequence(self, iovec: Any) -> None:
        self._written += sum(map(len, iovec))
        super().writeSequence(iovec)

    def requestDone(self, request: Any) -> None:
        """Start the next request of a pipeline once the peer has taken the response to this one."""
        if self.persistent and self._waitingForTransport:
            self.requests.remove(request)
            self._finished = request
            return
        self._in_head = bool(self.persistent)
        super().requestDone(request)
        if self._in_head and (self._buffer or self.requests):  # a part of the next one had come with this one
            self._start_head_clock()

    def pauseProducing(self) -> None:
        """React to a full buffer of the transport."""
        super().pauseProducing()
        self._watch()

    def resumeProducing(self) -> None:
        """React to an empty buffer of the transport."""
        super().resumeProducing()
        self._stop(self._stall_clock)
        self._stall_clock = None
        self._set_drained()
        if (request := self._finished) is not None:
            self._finished = None
            self.requests.insert(0, request)
            self.requestDone(request)

    async def drained(self) -> None:
        """Wait until the transport has room, or the connection is lost."""
        if self._waitingForTransport:
            waiter = get_running_loop().create_future()
            self._drained.add(waiter)
            await waiter

    def loseConnection(self) -> None:
        super().loseConnection()
        if self._unsent:
            self._watch()

    def connectionLost(self, reason: Any) -> None:
        for clock in (self._head_clock, self._stall_clock):
            self._stop(clock)
        self._waitingForTransport = False
        self._set_drained()
        super().connectionLost(reason)

    def _set_drained(self) -> None:
        waiters, self._drained = self._drained, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    @property
    def _unsent(self) -> int:
        """Bytes that the peer has yet to take, apart from those in the system's buffer."""
        transport = self.transport
        while hasattr(transport, "wrappedProtocol"):  # TLS
            transport = transport.transport
        return len(transport.dataBuffer) - transport.offset + int(transport._tempDataLen)

    def _watch(self) -> None:
        if self._stall_clock is None:
            taken = self._written - self._unsent
            self._stall_clock = self.callLater(settings.STALL_SECONDS, self._cut_stalled, taken)

    def _cut_stalled(self, taken_before: int) -> None:
        self._stall_clock = None
        if not self._unsent:
            return
        if self._written - self._unsent < taken_before + LEAST_BYTES:
            logger.info("Cut off %s, which does not take its answer", getattr(self.getPeer(), "host", "a local peer"))
            self.transport.abortConnection()
        else:
            self._watch()

    @staticmethod
    def _stop(clock: Any) -> None:
        if clock is not None and clock.active():
            clock.cancel()
