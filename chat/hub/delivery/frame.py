"""Frames to clients, encoded once for all recipients."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Self

import msgspec

_encode = msgspec.json.Encoder().encode

TEXT = 0x81  # a WebSocket frame that is a whole text message (RFC 6455, 5.2)


class Frame:
    """An array of events, as text, and as the bytes that our own server writes unchanged."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload

    @classmethod
    def of(cls, *events: dict[str, Any]) -> Self:
        return cls(_encode(events))

    @classmethod
    def joined(cls, frames: Iterable["Frame"]) -> Self:
        return cls(b"[" + b",".join(frame._payload[1:-1] for frame in frames) + b"]")

    @property
    def size(self) -> int:
        """Bytes of the text."""
        return len(self._payload)

    @cached_property
    def text(self) -> str:
        return self._payload.decode()

    @cached_property
    def wire(self) -> bytes:
        """The payload as a WebSocket frame: not masked, since a server sends it, and not compressed."""
        length = len(self._payload)
        if length < 126:
            return bytes((TEXT, length)) + self._payload
        if length < 1 << 16:
            return bytes((TEXT, 126)) + length.to_bytes(2, "big") + self._payload
        return bytes((TEXT, 127)) + length.to_bytes(8, "big") + self._payload
