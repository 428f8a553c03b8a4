"""Consumer of a tab's WebSocket."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from copy import copy
from typing import Any

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.sessions.backends.base import SessionBase

from accounts.mfa.factors import has_shown_factor
from chat.errors import Refused, SignedOut
from chat.handlers import dispatch
from chat.hub import get_hub
from chat.hub.delivery.connection import SIGNED_OUT, TOO_MANY_SOCKETS, TRY_AGAIN_LATER, UNSUPPORTED_DATA, Connection
from chat.hub.delivery.transports import transport_for

logger = logging.getLogger(__name__)

DEVICE_LENGTH = 250  # characters of the User-Agent

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class RoomsConsumer(AsyncWebsocketConsumer):
    """Accepts signed-in users, passes frames to `dispatch`, and keeps the connection in the hub until it closes.

    It has no channel of its own on the layer: the hub is the only listener of its process.
    """

    connection: Connection | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        # Channels' version makes a task for every event, since it also listens to the channel layer.
        self.scope, self.base_send = scope, send
        with suppress(StopConsumer):
            while True:
                await self.dispatch(await receive())

    async def dispatch(self, message: dict[str, Any]) -> None:
        # Channels' version hops to a thread before every event, to close database connections. None is opened here.
        await {
            "websocket.connect": self.websocket_connect,
            "websocket.receive": self.websocket_receive,
            "websocket.disconnect": self.websocket_disconnect,
        }[message["type"]](message)

    async def connect(self) -> None:
        user = self.scope["user"]
        if not user.is_authenticated:
            await self.close()
            return
        device = self._device()  # read it first: our own server forgets the handshake once the socket is open
        await self.accept()
        if get_hub().is_full_for(user.pk):
            await self.close(TOO_MANY_SOCKETS)  # only an accepted socket can get a close code
            return
        session: SessionBase = self.scope["session"]
        # Copy the user: the scope's is a lazy proxy, which costs something at every access.
        transport = transport_for(self.scope, self.base_send)
        address = self.scope.get("address", "")
        self.connection = Connection(copy(user), str(session.session_key), transport, address, device)
        self.connection.has_shown_factor = has_shown_factor(session, user.pk)
        self.scope.clear()  # an open socket needs nothing of its handshake any more
        try:
            await get_hub().welcome(self.connection)
        except SignedOut:
            self.connection.close(SIGNED_OUT)
        except Refused as refused:
            logger.warning("A socket was sent away: %r", refused.__cause__ or refused)
            self.connection.close(TRY_AGAIN_LATER)

    def _device(self) -> str:
        headers = dict(self.scope["headers"])
        return str(headers.get(b"user-agent", b"").decode("latin-1"))[:DEVICE_LENGTH]

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.connection is None:
            return
        if text_data is None:
            self.connection.close(UNSUPPORTED_DATA)
        else:
            await dispatch.run(get_hub(), self.connection, text_data)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        if self.connection is not None:
            get_hub().remove(self.connection)
            self.connection.end()
        raise StopConsumer
