"""One room with sockets in this process: takes its events, and delivers them in order."""

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
PATIENCE_SECONDS = 0.05  # for an event that was overtaken; then it is read from the database

Follow = Callable[["LiveRoom", events.Event], None]


class LiveRoom:
    """Takes events by `offer`, orders them in the sequencer, and sends them to the audience by `deliver`.

    It lives while a socket is in its audience (`Rooms`). Calls that are still due after that do nothing.
    """

    def __init__(self, room_id: int, follow: Follow, tasks: Tasks) -> None:
        """Take `follow(room, event)`, which is called for each event in its turn, before it is delivered."""
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
        self.sequencer.offer(event)
        if self.sequencer.has_gap and not self._is_gap_due:
            self._is_gap_due = True
            loop = asyncio.get_running_loop()
            loop.call_later(PATIENCE_SECONDS, lambda: self._tasks.begin(self._read_gap()))

    def deliver(self, *together: events.Event) -> None:
        for event in together:
            self._follow(self, event)
        if self.audience:  # an event may have evicted the last connection
            self.audience.forward(together[0]["version"], Frame.of(*together))

    async def read_missing(self) -> None:
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

        If the membership is not checked yet, set `is_member` of the returned hold once it is.
        """
        resumes_at = self.sequencer.last if self.audience.is_live(connection) else None
        hold = self.audience.hold(connection, is_member=is_member)
        hold.resumes_at = resumes_at
        return hold

    def release(self, connection: Connection, hold: Hold, version: int) -> None:
        """Make a connection live that was brought up to `version`. A superseded hold does nothing."""
        if not self.audience.is_under(connection, hold):
            return
        self.sequencer.start(version)
        if self.sequencer.began is not None and version < self.sequencer.began:
            self._tasks.begin(self._bring_up(connection, hold, version))
        else:
            self.audience.release(connection, hold, version, self.sequencer.last or 0)

    async def _bring_up(self, connection: Connection, hold: Hold, version: int) -> None:
        """Read events that the sequencer never forwarded: it started at a version that another connection had read."""
        try:
            changes = await read(history.changes_since, self.id, version)
        except Refused:
            connection.close(TRY_AGAIN_LATER)
            raise
        if self.audience.is_under(connection, hold):
            connection.tell(*changes.events)
            self.release(connection, hold, changes.head)

    def resume(self, connection: Connection, hold: Hold) -> None:
        """Return the connection to its state before the hold. One that was not live has to reconnect."""
        if hold.resumes_at is None:
            connection.close(TRY_AGAIN_LATER)
        else:
            self.audience.release(connection, hold, hold.resumes_at, self.sequencer.last or 0)
