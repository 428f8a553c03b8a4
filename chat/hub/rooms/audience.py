"""Which sockets of this process get a room's events, and from which number on."""

import asyncio
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from chat.hub.delivery.coalescer import Coalescer
from chat.hub.delivery.connection import Connection, MakeUp
from chat.hub.delivery.frame import Frame
from chat.hub.delivery.transports import TOO_SLOW

MOST_KEPT_BYTES = 1024 * 1024  # for a reader during a replay


@dataclass(slots=True, eq=False)
class Hold:
    """Keeps the events that are forwarded to a connection while it is being brought up to date.

    Until it is known that the user is a member, the connection is told nothing of the room.
    """

    is_member: bool = False
    resumes_at: int | None = None  # the version up to which the connection had everything, where it was live before
    after: int | None = None  # the version that it was brought to, once that is known
    _kept: list[tuple[int, Frame]] = field(default_factory=list)
    kept_bytes: int = 0

    def keep(self, version: int, frame: Frame) -> None:
        self._kept.append((version, frame))
        self.kept_bytes += frame.size

    def take(self, *, after: int) -> list[tuple[int, Frame]]:
        """Return the kept frames of later versions than `after`, with their versions, and keep none."""
        taken = [(version, frame) for version, frame in self._kept if version > after]
        self._kept, self.kept_bytes = [], 0
        return taken


class Audience:
    """The sockets in a room: those that are live, and those that are behind.

    First attach, resume and switching rooms are one thing: `hold` the socket's events, read what it lacks, `release`.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._live: set[Connection] = set()
        # What waits to be joined was forwarded to those who were live then: whoever comes or goes flushes it first.
        self._coalescer = Coalescer(self._deliver_to_live, loop)
        self._behind: dict[Connection, Hold] = {}

    def __iter__(self) -> Iterator[Connection]:
        yield from self._live
        yield from self._behind

    def __contains__(self, connection: Connection) -> bool:
        return connection in self._live or connection in self._behind

    def __bool__(self) -> bool:
        return bool(self._live or self._behind)

    def has_member(self, connection: Connection) -> bool:
        """Whether the connection stands here, and is known to be a member's."""
        hold = self._behind.get(connection)
        return connection in self._live or (hold is not None and hold.is_member)

    def hold(self, connection: Connection, *, is_member: bool = False) -> Hold:
        """From now on, keep what is forwarded for it. A hold that it is under already counts no more."""
        is_member = is_member or self.has_member(connection)
        self._coalescer.flush()
        self._live.discard(connection)
        hold = self._behind[connection] = Hold(is_member)
        return hold

    def release(self, connection: Connection, hold: Hold, version: int, last: int) -> None:
        """It has everything up to `version`; the room's feed has forwarded up to `last`. Hand over what was kept.

        Nothing happens under another hold: whoever placed that reads what is missing, later than we did.
        """
        if not self.is_under(connection, hold):
            return
        for _, frame in hold.take(after=version):
            connection.deliver(frame)
        if last >= version:
            self._go_live(connection)
        else:
            hold.after = version

    def is_live(self, connection: Connection) -> bool:
        return connection in self._live

    def is_under(self, connection: Connection, hold: Hold) -> bool:
        """Whether this is the hold that counts for the connection."""
        return self._behind.get(connection) is hold

    def discard(self, connection: Connection) -> None:
        self._coalescer.flush()
        self._live.discard(connection)
        self._behind.pop(connection, None)

    def forward(self, version: int, frame: Frame) -> None:
        """Hand the frame of a numbered event to everyone who lacks it."""
        self._coalescer.put(frame)
        if self._behind:
            self._forward_to_those_behind(version, frame)

    def flush(self) -> None:
        """Hand over what waits to be joined."""
        self._coalescer.flush()

    def tell(self, frame: Frame, make_up: MakeUp, but_for: Container[Connection] = ()) -> None:
        """Hand over a frame that counts only now (see Connection.deliver_ephemeral)."""
        for connection in self:
            if connection not in but_for and self.has_member(connection):
                connection.deliver_ephemeral(frame, make_up)

    def _forward_to_those_behind(self, version: int, frame: Frame) -> None:
        for connection, hold in list(self._behind.items()):
            if hold.after is None:
                hold.keep(version, frame)
                if hold.kept_bytes > MOST_KEPT_BYTES:
                    connection.close(TOO_SLOW)
            elif version > hold.after:
                connection.deliver(frame)
                self._go_live(connection)
            elif version == hold.after:
                self._go_live(connection)

    def _deliver_to_live(self, frame: Frame) -> None:
        for connection in self._live:
            connection.deliver(frame)

    def _go_live(self, connection: Connection) -> None:
        self._coalescer.flush()
        self._behind.pop(connection, None)
        self._live.add(connection)
