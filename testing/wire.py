"""A client of the socket that sends invalid data: raw bytes over TCP."""

import asyncio
import json
import struct
from typing import Any, Self

from django.conf import settings

from testing.machine import patience
from testing.processes import Server

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
MASK = b"\x0f\xf0\x55\xaa"


class Gone(Exception):
    """The server hung up. `code` is the close code that it sent before, if any."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class Wire:
    """`async with Wire(server, cookie) as wire`: the handshake is done, and `hello` was received."""

    def __init__(self, server: Server, cookie: str) -> None:
        self.server, self.cookie = server, cookie

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        self.writer.write(handshake(self.server, self.cookie))
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        assert b"extensions" not in head.lower(), head
        while "hello" not in [event["type"] for event in await self.events()]:
            pass
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.transport.abort()

    async def send(self, *frames: bytes) -> None:
        self.writer.write(b"".join(frames))
        await self.writer.drain()

    async def events(self) -> list[dict[str, Any]]:
        """Return the events of the next text frame. Raises Gone."""
        while True:
            opcode, payload = await asyncio.wait_for(self._frame(), patience(10))
            if opcode == TEXT:
                told: list[dict[str, Any]] = json.loads(payload)
                return told
            if opcode == CLOSE:
                raise Gone(struct.unpack("!H", payload[:2])[0])

    async def ended(self) -> int | None:
        """Skip frames until the server closes, and return its close code."""
        try:
            while True:
                await self.events()
        except Gone as gone:
            return gone.code

    async def _frame(self) -> tuple[int, bytes]:
        try:
            first, length = await self.reader.readexactly(2)
            if length > 125:
                length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8), "big")
            return first & 15, await self.reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Gone(None) from error


def handshake(server: Server, cookie: str, *lines: str, path: str = "/ws/", origin: str | None = "") -> bytes:
    """Return a handshake with additional lines; if `origin` is None, without that line."""
    head = [
        f"GET {path} HTTP/1.1",
        f"Host: localhost:{server.port}",
        *([] if origin is None else [f"Origin: {origin or server.origin}"]),
        f"Cookie: {settings.SESSION_COOKIE_NAME}={cookie}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
    ]
    return "\r\n".join([*head, *lines, "", ""]).encode("latin-1")


def frame(
    payload: bytes | str = b"",
    opcode: int = TEXT,
    *,
    fin: bool = True,
    rsv: int = 0,
    masked: bool = True,
    width: int | None = None,
    claims: int | None = None,
) -> bytes:
    """Build a frame. `width` is a longer encoding of the length, in bytes; `claims` is a length that may be false."""
    payload = payload.encode() if isinstance(payload, str) else payload
    length = len(payload) if claims is None else claims
    width = width or (1 if length < 126 else 2 if length < 65_536 else 8)
    sign = {1: length, 2: 126, 8: 127}[width]
    size = b"" if width == 1 else length.to_bytes(8, "big")[-width:]
    head = bytes([fin << 7 | rsv << 4 | opcode, masked << 7 | sign]) + size
    return head + MASK + masked_with(MASK, payload) if masked else head + payload


def masked_with(mask: bytes, payload: bytes) -> bytes:
    length = len(payload)
    key = (mask * (length // 4 + 1))[:length]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(length, "big")


def close(code: int = 1000) -> bytes:
    return frame(code.to_bytes(2, "big"), CLOSE)
