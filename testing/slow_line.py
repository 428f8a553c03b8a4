"""A slow line to a server: `async with SlowLine(server, bytes_per_second=50_000) as line, Client(line, bob) as b`."""

import asyncio
import socket
from contextlib import suppress
from typing import Any, Self

from websockets.asyncio.client import connect

from testing.processes import Server

PORTION_BYTES = 2_048
LATE_SECONDS = 0.5  # delay that a busy machine may catch up on
BUFFER_BYTES = 8_192  # small, so that the server sees how slow the line is


class SlowLine:
    def __init__(self, server: Server, bytes_per_second: float) -> None:
        self._server, self._bytes_per_second = server, bytes_per_second
        self._carrying: set[asyncio.Task[None]] = set()

    @property
    def origin(self) -> str:
        return self._server.origin

    def open_socket(self, origin: str | None, headers: dict[str, str], **options: Any) -> connect:
        host, port = self._listener.sockets[0].getsockname()
        return self._server.open_socket(origin, headers, host=host, port=port, **options)

    def cut(self) -> None:
        """Drop every connection, and all data in transit."""
        for task in self._carrying:
            task.cancel()

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._carry, "127.0.0.1", limit=BUFFER_BYTES)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        self.cut()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _carry(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        far_socket = socket.create_connection(("127.0.0.1", self._server.port))
        far_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        far_reader, far = await asyncio.open_connection(sock=far_socket, limit=BUFFER_BYTES)
        ways = [self._up(near_reader, far), self._down(far_reader, near)]
        tasks = [asyncio.create_task(way) for way in ways]
        self._carrying.update(tasks)
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        self._carrying.difference_update(tasks)
        for writer in (near, far):
            writer.transport.abort()

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while portion := await reader.read(PORTION_BYTES):
                writer.write(portion)

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        with suppress(ConnectionError):
            while portion := await reader.read(PORTION_BYTES):
                due = max(due, loop.time() - LATE_SECONDS) + len(portion) / self._bytes_per_second
                await asyncio.sleep(due - loop.time())
                writer.write(portion)
                await writer.drain()
