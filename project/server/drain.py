"""Graceful shutdown of our server: no present user seems to leave, and every command and request is answered.

1. It accepts no new connections.
2. Its users count as present for a while longer, so that they can reconnect, to it or to another server.
3. Received commands and requests are completed and answered. A socket that has its answers is closed with RESTARTING.
4. The hub sends Redis its last updates.

It takes a moment, or up to MOST_SECONDS if something does not answer.
"""

import asyncio
import logging
from asyncio import Future
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from project.server.websocket import Socket

if TYPE_CHECKING:
    from project.server.daphne import Server

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 5.5  # as long as a write waits for its database, and a little longer
CLOSE_SECONDS = 1.0  # for the peers to close, too; the others are cut off
HUB_SECONDS = 2.0  # without it, the server's users are swept when its lease expires
LOOK_SECONDS = 0.05
MOST_SECONDS = ANSWER_SECONDS + 2 * CLOSE_SECONDS + HUB_SECONDS + 0.5


async def drain(server: "Server") -> None:
    for port in server.ports:
        port.stopListening()
    leaving = asyncio.create_task(_in_time(_leave()))  # begins before any application learns of the shutdown
    await _answer(server)
    await _see_off(server)
    await leaving
    await _in_time(_stop_hub())


async def _answer(server: "Server") -> None:
    """Let the applications finish, and cancel those that do not finish in time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + ANSWER_SECONDS
    leaving: set[Socket] = set()
    while (working := _working(server)) and loop.time() < deadline:
        for protocol, application in working.items():  # in every round: a handshake may have been under way
            if isinstance(protocol, Socket) and protocol not in leaving:
                leaving.add(protocol)
                protocol.leave_after(application)
        await asyncio.wait(working.values(), timeout=LOOK_SECONDS)
    for application in working.values():
        application.cancel()
    if working:
        await asyncio.wait(working.values(), timeout=CLOSE_SECONDS)


async def _see_off(server: "Server") -> None:
    loop = asyncio.get_running_loop()
    sockets = [protocol for protocol in server.connections if isinstance(protocol, Socket)]
    if sockets:
        await asyncio.wait([socket.is_closed.asFuture(loop) for socket in sockets], timeout=CLOSE_SECONDS)


def _working(server: "Server") -> dict[Any, Future[None]]:
    """Return the unfinished applications, of requests and of sockets."""
    applications = {
        protocol: details["application_instance"]
        for protocol, details in server.connections.items()
        if "application_instance" in details
    }
    return {protocol: application for protocol, application in applications.items() if not application.done()}


async def _leave() -> None:
    from chat.hub import running_hub

    if hub := running_hub():
        await hub.leave()


async def _stop_hub() -> None:
    from chat.hub import running_hub

    if hub := running_hub():
        await hub.stop()


async def _in_time(work: Awaitable[None]) -> None:
    try:
        async with asyncio.timeout(HUB_SECONDS):
            await work
    except TimeoutError:
        logger.warning("The server ends without a word to Redis, which does not answer.")
    except Exception:
        logger.exception("The server could not end in order")
