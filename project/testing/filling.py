"""A server whose one socket does what it is told: `python -m project.testing.filling --port PORT`.

`fill` puts frames in line until the reader is behind, `tell` delivers something ephemeral, numbered.
"""

import asyncio
import itertools
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any, cast

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

from django.contrib.auth.models import AnonymousUser  # noqa: E402

from accounts.models import User  # noqa: E402
from chat.hub.connection import Connection  # noqa: E402
from chat.hub.frame import Frame  # noqa: E402
from chat.hub.outlets import outlet_for  # noqa: E402
from project.server import Server  # noqa: E402

Message = dict[str, Any]

FILLING = Frame.of({"type": "filling", "text": "x" * 10_000})


async def application(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    outlet = outlet_for(scope, send)
    connection = Connection(cast(User, AnonymousUser()), "", outlet)
    numbers = itertools.count(1)
    while (message := await receive())["type"] == "websocket.receive":
        if message["text"] == "fill":
            while not outlet.is_behind:
                connection.deliver(FILLING)
                await asyncio.sleep(0)
        else:
            connection.deliver_ephemeral(Frame.of({"type": "ephemeral", "number": next(numbers)}), make_up)
    connection.end()


def make_up(connection: Connection) -> None:
    connection.deliver_ephemeral(Frame.of({"type": "made.up"}), make_up)


if __name__ == "__main__":
    Server(application, [f"tcp:port={sys.argv[2]}:interface=127.0.0.1"]).run()
