"""Server with only the hub's delivery of events to rooms, on our own server, without sign-in and storage.

This process numbers messages in place of the database. After that they take the usual way: forwarded in order by the
room's feed, framed once, passed to every transport, and published over the channel layer, without an echo.
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
from chat.hub.delivery.transports import transport_for  # noqa: E402
from chat.hub.layer import envelopes  # noqa: E402
from chat.hub.layer.outbox import Outbox  # noqa: E402
from chat.hub.layer.subscriptions import Subscriptions  # noqa: E402
from chat.hub.rooms.live_room import LiveRoom  # noqa: E402
from chat.hub.tasks import Tasks  # noqa: E402
from project.server.daphne import Server  # noqa: E402

Event = dict[str, Any]

NOBODY = cast(User, AnonymousUser())


class Room:
    """A live room of the product, without a database: no event is ever missing, so nothing is read."""

    def __init__(self, number: int, tasks: Tasks) -> None:
        self.version = 0
        self.live = LiveRoom(number, lambda room, event: None, tasks)
        self.live.sequencer.start(self.version)

    def next_event(self, body: str) -> Event:
        self.version += 1
        return {"type": "message.posted", "room": self.live.id, "version": self.version, "body": body}

    def admit(self, connection: Connection) -> None:
        self.live.release(connection, self.live.hold(connection), self.version)


class Lobby:
    """All rooms of the process."""

    def __init__(self) -> None:
        self._rooms: dict[str, Room] = {}
        self._numbered: dict[int, Room] = {}
        loop = asyncio.get_running_loop()
        self._tasks = Tasks(loop)
        self._outbox = Outbox(loop, self._receive)
        self._subscriptions = Subscriptions(self._receive_message, self._outbox.mark)
        self._subscriptions.start()
        self._tasks.keep(self._outbox.publish_forever())

    def room(self, path: str) -> Room:
        if path not in self._rooms:
            room = self._rooms[path] = Room(len(self._rooms) + 1, self._tasks)
            self._numbered[room.live.id] = room
            self._subscriptions.want(envelopes.room_group(room.live.id))
        return self._rooms[path]

    def post(self, room: Room, body: str) -> None:
        envelope = envelopes.RoomEvent.of(room.next_event(body))
        self._receive(envelope)
        self._outbox.publish(envelope)

    def _receive(self, envelope: envelopes.Envelope) -> None:
        match envelope:
            case envelopes.RoomEvent(event=event):
                self._offer(event)
            case envelopes.RoomEvents(events=together):
                for event in together:
                    self._offer(event)

    def _receive_message(self, message: dict[str, Any]) -> None:
        self._receive(envelopes.decode(message))

    def _offer(self, event: Event) -> None:
        self._numbered[event["room"]].live.offer(event)


_lobby: Lobby | None = None


def get_lobby() -> Lobby:
    global _lobby
    _lobby = _lobby or Lobby()
    return _lobby


async def application(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Event]], send: Callable[[Event], Awaitable[None]]
) -> None:
    lobby = get_lobby()
    room = lobby.room(scope["path"])
    await receive()
    connection = Connection(NOBODY, "", transport_for(scope, send))
    await send({"type": "websocket.accept"})
    connection.greet()
    room.admit(connection)
    while (message := await receive())["type"] == "websocket.receive":
        lobby.post(room, message["text"])
    room.live.audience.discard(connection)
    connection.end()


if __name__ == "__main__":
    Server(application, [f"tcp:port={sys.argv[1]}:interface=127.0.0.1"]).run()
