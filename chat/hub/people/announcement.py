"""The administrators' announcement, as this process's tabs were told."""

import asyncio
from collections.abc import Mapping
from typing import Any

from chat.hub import queries
from chat.hub.delivery.connection import Connection
from chat.hub.delivery.frame import Frame
from chat.protocol import events
from chat.runtime import database


class ShownAnnouncement:
    """The current announcement.

    It is read at the start of the process, after each SiteAnnounced, and periodically: the periodic read finds lost
    envelopes, and ends an announcement that has expired.
    """

    def __init__(self, connections: Mapping[int, set[Connection]]) -> None:
        self._connections = connections  # by user
        self._reading = asyncio.Lock()  # otherwise an older answer could come last
        self.shown: dict[str, Any] | None = None

    async def check(self) -> None:
        async with self._reading:
            shown = await database.check(queries.announcement)
            if shown != self.shown:
                self.shown = shown
                self._tell(Frame.of(events.site_announced(shown)))

    def _tell(self, frame: Frame) -> None:
        for connections in self._connections.values():
            for connection in connections:
                connection.deliver(frame)
