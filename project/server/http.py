"""HTTP requests of our Daphne, with limits on the body and on the time that a request takes to arrive.

project/server/http_channel.py bounds the memory of the connection.

Daphne calls the application once it has the whole body, in memory or in a temporary file: no code behind it
(project/middleware/body_limit.py, Django) can keep that from growing.
"""

import logging
from http import HTTPStatus
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings
from twisted.web.http import _GenericHTTPChannelProtocol

from project.middleware.security_headers import PAIRS
from project.server import descriptors
from project.server.http_channel import Channel

logger = logging.getLogger(__name__)

# Time to read and discard the rest of a refused request: a client that is cut off at once does not see the response.
GOOD_BYE_SECONDS = 1
RETRY_AFTER = b"30"  # seconds


class Request(WebRequest):
    refused = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._parsePOSTFormSubmission = False  # Twisted would parse every form, without a limit, and nothing uses it
        self.received = 0  # bytes of the body
        self.deadline = self.channel.callLater(settings.BODY_SECONDS, self.refuse, HTTPStatus.REQUEST_TIMEOUT)

    # -- For Twisted ---------------------------------------------------------------------------------------------------

    def gotLength(self, length: int | None) -> None:
        """Handle the end of the headers. `length` is None if the body comes in chunks."""
        if (length or 0) > settings.BODY_BYTES:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif not self.refused:
            super().gotLength(length)

    def handleContentChunk(self, data: bytes) -> None:
        if self.refused:
            return
        self.received += len(data)
        if self.received > settings.BODY_BYTES:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        self.stop_the_clock()
        if not self.refused:
            super().requestReceived(command, path, version)

    def connectionLost(self, reason: Any) -> None:
        self.stop_the_clock()
        super().connectionLost(reason)

    # -- Refusals ------------------------------------------------------------------------------------------------------

    def refuse(self, status: HTTPStatus) -> None:
        """Answer before the whole request has arrived, and hang up."""
        self.refused = True
        self.stop_the_clock()
        if self.content is not None:
            self.content.close()
        lines = [b"HTTP/1.1 %d %s" % (status.value, status.phrase.encode()), b"content-length: 0", b"connection: close"]
        lines += [b"%s: %s" % pair for pair in PAIRS]
        self.requestHeaders.removeHeader(b"expect")  # Twisted would still ask for the body
        self.channel.persistent = False
        self.channel.write(b"\r\n".join([*lines, b"", b""]))
        self.channel.callLater(GOOD_BYE_SECONDS, self.hang_up)
        logger.info("Refused a request of %s: %s", getattr(self.client, "host", "a local peer"), status.phrase)

    def hang_up(self) -> None:
        if self.channel is not None:
            self.channel.loseConnection()

    def stop_the_clock(self) -> None:
        if self.deadline.active():
            self.deadline.cancel()

    # -- For Daphne ----------------------------------------------------------------------------------------------------

    def process(self) -> Any:
        if self.requestHeaders.hasHeader(b"upgrade") and not descriptors.allow_socket():
            return self.answer(HTTPStatus.SERVICE_UNAVAILABLE, (b"retry-after", RETRY_AFTER))
        return super().process()

    async def drained(self) -> None:
        """Wait until there is room for more of the response."""
        if self.channel is not None:
            await self.channel.drained()

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        self.answer(HTTPStatus(status))

    def answer(self, status: HTTPStatus, *headers: tuple[bytes, bytes]) -> None:
        """Answer in plain text: Daphne's page has an inline style, and names the server software."""
        headers = (*PAIRS, *headers, (b"content-type", b"text/plain; charset=utf-8"))
        self.handle_reply({"type": "http.response.start", "status": status.value, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": f"{status.value} {status.phrase}\n".encode()})


class Factory(HTTPFactory):
    def protocol(self) -> Any:
        return _GenericHTTPChannelProtocol(Channel())

    def buildProtocol(self, addr: Any) -> Any:
        if not descriptors.allow_connection():
            return None  # Twisted closes it
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        return protocol
