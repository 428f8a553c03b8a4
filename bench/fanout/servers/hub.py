"""The hub's way of handing an event to a room, on our own server, and nothing else: nobody signs in, nothing is stored.

A message is numbered by this process instead of the database. From there on it goes as everywhere: forwarded in order
by the room's feed, framed once, handed to every transport, and published over the channel layer, without an echo.
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
from chat.hub.delivery.transports import outlet_for  # noqa: E402
from chat.hub.layer import envelopes  # noqa: E402
from chat.hub.layer.publisher import Publisher  # noqa: E402
from chat.hub.layer.subscriptions import Subscriptions  # noqa: E402
from chat.hub.rooms.audience import Audience  # noqa: E402
from chat.hub.rooms.sequencer import Feed  # noqa: E402
from project.server import Server  # noqa: E402

Event = dict[str, Any]

NOBODY = cast(User, AnonymousUser())


class Place:
    """A room that people stand in."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.version = 0
        self.audience = Audience(asyncio.get_running_loop())
        self.feed = Feed(self._forward)
        self.feed.start(self.version)

    def next_event(self, body: str) -> Event:
        self.version += 1
        return {"type": "message.posted", "room": self.number, "version": self.version, "body": body}

    def admit(self, connection: Connection) -> None:
        hold = self.audience.hold(connection)
        self.audience.release(connection, hold, self.version, self.version)

    def _forward(self, event: Event) -> None:
        self.audience.forward(event["version"], Frame.of(event))


class Lobby:
    """All rooms of the process."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}
        self._numbered: dict[int, Place] = {}
        self._publisher = Publisher()
        self._subscriptions = Subscriptions(self._receive, self._publisher.mark)
        self._subscriptions.start()
        self._publishing = asyncio.create_task(self._publisher.publish_forever())

    def place(self, path: str) -> Place:
        if path not in self._places:
            place = self._places[path] = Place(len(self._places) + 1)
            self._numbered[place.number] = place
            self._subscriptions.want(envelopes.room_group(place.number))
        return self._places[path]

    def post(self, place: Place, body: str) -> None:
        envelope = envelopes.for_room(place.next_event(body))
        self._receive(envelope)
        self._publisher.put(envelope)

    def _receive(self, envelope: envelopes.Envelope) -> None:
        for event in envelope.get("events") or [envelope["event"]]:
            self._numbered[event["room"]].feed.offer(event)


_lobby: Lobby | None = None


def get_lobby() -> Lobby:
    global _lobby
    _lobby = _lobby or Lobby()
    return _lobby


async def application(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Event]], send: Callable[[Event], Awaitable[None]]
) -> None:
    lobby = get_lobby()
    place = lobby.place(scope["path"])
    await receive()
    connection = Connection(NOBODY, "", outlet_for(scope, send))
    await send({"type": "websocket.accept"})
    connection.greet()
    place.admit(connection)
    while (message := await receive())["type"] == "websocket.receive":
        lobby.post(place, message["text"])
    place.audience.discard(connection)
    connection.end()


if __name__ == "__main__":
    Server(application, [f"tcp:port={sys.argv[1]}:interface=127.0.0.1"]).run()
