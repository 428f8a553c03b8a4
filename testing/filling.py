"""A server that controls the load of its sockets: `python -m testing.filling --port PORT`.

`fill` queues frames until the reader is behind and stays so, `tell` delivers an ephemeral event, numbered over all
sockets, and `count` reports how many there were.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any, cast

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

from django.contrib.auth.models import AnonymousUser  # noqa: E402

from accounts.models import User  # noqa: E402
from chat.hub.delivery.connection import Connection  # noqa: E402
from chat.hub.delivery.frame import Frame  # noqa: E402
from chat.hub.delivery.transports import transport_for  # noqa: E402
from project.server.daphne import Server  # noqa: E402

Message = dict[str, Any]

# The system's buffers grow for a moment and absorb the queue. Only a reader that is behind after that is slow.
SETTLED_SECONDS = 0.1

told = 0

FILLING = Frame.of({"type": "filling", "text": "x" * 10_000})


async def application(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    transport = transport_for(scope, send)
    global told
    connection = Connection(cast(User, AnonymousUser()), "", transport)
    connection.greet()
    while (message := await receive())["type"] == "websocket.receive":
        if message["text"] == "fill":
            while not transport.is_behind:
                connection.deliver(FILLING)
                await asyncio.sleep(SETTLED_SECONDS if transport.is_behind else 0)
        elif message["text"] == "tell":
            told += 1
            connection.deliver_ephemeral(Frame.of({"type": "ephemeral", "number": told}), make_up)
        else:
            connection.deliver(Frame.of({"type": "told", "times": told}))
    connection.end()


def make_up(connection: Connection) -> None:
    connection.deliver_ephemeral(Frame.of({"type": "made.up"}), make_up)


if __name__ == "__main__":
    Server(application, [f"tcp:port={sys.argv[2]}:interface=127.0.0.1"]).run()
