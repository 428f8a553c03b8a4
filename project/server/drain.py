"""How our server ends, when it is told to: nobody who is here seems gone, and nothing that was asked goes unanswered.

1. It takes no new connections.
2. Its people count as here for a while longer, so that they can come back, to it or to another server.
3. What was received is done and answered. Each socket that has its answers is closed: come back.
4. The hub says to Redis what is left to say.

It takes a moment, or, where something answers nothing, up to MOST_SECONDS.
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

ANSWER_SECONDS = 5.5  # as long as a write waits for its database, and a little
CLOSE_SECONDS = 1.0  # for the peers to say good-bye, too; who does not is cut off
HUB_SECONDS = 2.0  # without it, the server's people are swept when its lease ends
LOOK_SECONDS = 0.05
MOST_SECONDS = ANSWER_SECONDS + 2 * CLOSE_SECONDS + HUB_SECONDS + 0.5


async def drain(server: "Server") -> None:
    for port in server.ports:
        port.stopListening()
    leaving = asyncio.create_task(_in_time(_leave()))  # it has begun before any application hears of the end
    await _answer(server)
    await _see_off(server)
    await leaving
    await _in_time(_stop_hub())


async def _answer(server: "Server") -> None:
    """Let the applications come to their end; those that do not are cancelled."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + ANSWER_SECONDS
    leaving: set[Socket] = set()
    while (working := _working(server)) and loop.time() < deadline:
        for protocol, application in working.items():  # each time anew: a handshake may have been on its way
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
    """The applications that have not ended, of requests and of sockets."""
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
