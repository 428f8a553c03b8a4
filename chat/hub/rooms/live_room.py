"""One room that this process has sockets in: its events, in order, to its sockets."""

import asyncio
from collections.abc import Callable

from chat.errors import Refused
from chat.hub import queries
from chat.hub.delivery.connection import TRY_AGAIN_LATER, Connection
from chat.hub.delivery.frame import Frame
from chat.hub.rooms.audience import Audience, Hold
from chat.hub.rooms.sequencer import Sequencer
from chat.hub.tasks import Tasks
from chat.protocol import events
from chat.queries import history
from chat.runtime.batcher import Batcher
from chat.runtime.database import check, read

MOST_OPENINGS = 200  # read in one batch; more would keep the others waiting
PATIENCE_SECONDS = 0.05  # for an event that was overtaken; after that it is read

Follow = Callable[["LiveRoom", events.Event], None]


class LiveRoom:
    """`offer` takes events as they come in, the sequencer puts them in order, and `deliver` sends them to the audience.

    It lives for as long as a socket is in its audience (`Rooms`). After that, what is still due for it does nothing.
    """

    def __init__(self, room_id: int, follow: Follow, tasks: Tasks) -> None:
        """`follow(room, event)` is called for each event in its turn, before it is delivered."""
        self.id = room_id
        self.audience = Audience(asyncio.get_running_loop())
        self.sequencer = Sequencer(self.deliver)
        self.openings = Batcher[queries.Opening, queries.Opened](
            lambda asked: read(queries.openings, room_id, asked), MOST_OPENINGS
        )
        self._follow, self._tasks = follow, tasks
        self._is_gap_due = False

    # -- Events --------------------------------------------------------------------------------------------------------

    def offer(self, event: events.Event) -> None:
        """Take a numbered event, perhaps before its turn."""
        self.sequencer.offer(event)
        if self.sequencer.has_gap and not self._is_gap_due:
            self._is_gap_due = True
            loop = asyncio.get_running_loop()
            loop.call_later(PATIENCE_SECONDS, lambda: self._tasks.begin(self._read_gap()))

    def deliver(self, *together: events.Event) -> None:
        """Send the events of the next version, which are one frame for everyone."""
        for event in together:
            self._follow(self, event)
        if self.audience:  # an event may have evicted the last connection
            self.audience.forward(together[0]["version"], Frame.of(*together))

    async def read_missing(self) -> None:
        """Read the versions that the sequencer lacks."""
        if self.sequencer.last is None or not self.audience:
            return
        changes = await check(history.changes_since, self.id, self.sequencer.last)
        if self.audience:
            self.sequencer.fill(changes.events, changes.head)

    async def _read_gap(self) -> None:
        try:
            if self.sequencer.has_gap:
                await self.read_missing()
        finally:
            self._is_gap_due = False

    # -- Sockets -------------------------------------------------------------------------------------------------------

    def hold(self, connection: Connection, *, is_member: bool = False) -> Hold:
        """Add the connection to the audience, and keep events for it until `release`.

        If it is not known whether the user is a member, set `is_member` of what is returned once it is.
        """
        resumes_at = self.sequencer.last if self.audience.is_live(connection) else None
        hold = self.audience.hold(connection, is_member=is_member)
        hold.resumes_at = resumes_at
        return hold

    def release(self, connection: Connection, hold: Hold, version: int) -> None:
        """Go on with a connection that was brought up to `version`. A hold that was superseded does nothing."""
        if not self.audience.is_under(connection, hold):
            return
        self.sequencer.start(version)
        if self.sequencer.began is not None and version < self.sequencer.began:
            self._tasks.begin(self._bring_up(connection, hold, version))
        else:
            self.audience.release(connection, hold, version, self.sequencer.last or 0)

    async def _bring_up(self, connection: Connection, hold: Hold, version: int) -> None:
        """Read what the sequencer never forwarded: it began with what another connection had read, a moment later."""
        try:
            changes = await read(history.changes_since, self.id, version)
        except Refused:
            connection.close(TRY_AGAIN_LATER)
            raise
        if self.audience.is_under(connection, hold):
            connection.tell(*changes.events)
            self.release(connection, hold, changes.head)

    def resume(self, connection: Connection, hold: Hold) -> None:
        """Put the connection back to where it was before the hold. One that was not live has to reconnect."""
        if hold.resumes_at is None:
            connection.close(TRY_AGAIN_LATER)
        else:
            self.audience.release(connection, hold, hold.resumes_at, self.sequencer.last or 0)
