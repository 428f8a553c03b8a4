"""The sockets of this process that get a room's events, and the version at which each starts."""

import asyncio
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from chat.hub.delivery.coalescer import Coalescer
from chat.hub.delivery.connection import Connection, MakeUp
from chat.hub.delivery.frame import Frame
from chat.hub.delivery.transports import TOO_SLOW

MOST_KEPT_BYTES = 1024 * 1024  # for each connection, while it is brought up to date


@dataclass(slots=True, eq=False)
class Hold:
    """Keeps the events for a connection while it is brought up to date.

    The connection gets nothing of the room until its user is known to be a member.
    """

    is_member: bool = False
    resumes_at: int | None = None  # the version that a live connection had reached before the hold
    after: int | None = None  # the version that it was brought to, once known
    _kept: list[tuple[int, Frame]] = field(default_factory=list)
    kept_bytes: int = 0

    def keep(self, version: int, frame: Frame) -> None:
        self._kept.append((version, frame))
        self.kept_bytes += frame.size

    def take(self, *, after: int) -> list[tuple[int, Frame]]:
        """Return the kept frames of versions later than `after`, with their versions, and clear all."""
        taken = [(version, frame) for version, frame in self._kept if version > after]
        self._kept, self.kept_bytes = [], 0
        return taken


class Audience:
    """The sockets in a room: those that are live, and those that are behind.

    Attaching, resuming and switching rooms all work alike: `hold` the socket's events, read the missing ones,
    `release`.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._live: set[Connection] = set()
        # Coalesced frames belong to the connections that were live then: flush before one is added or removed.
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
        """True if the connection is here, and its user is known to be a member."""
        hold = self._behind.get(connection)
        return connection in self._live or (hold is not None and hold.is_member)

    def hold(self, connection: Connection, *, is_member: bool = False) -> Hold:
        """Keep the connection's events from now on. This supersedes an earlier hold."""
        is_member = is_member or self.has_member(connection)
        self._coalescer.flush()
        self._live.discard(connection)
        hold = self._behind[connection] = Hold(is_member)
        return hold

    def release(self, connection: Connection, hold: Hold, version: int, last: int) -> None:
        """Hand over the kept events after `version`; `last` is the last version that the room has forwarded.

        A superseded hold does nothing: its successor reads the missing events later than this one did.
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
        return self._behind.get(connection) is hold

    def discard(self, connection: Connection) -> None:
        self._coalescer.flush()
        self._live.discard(connection)
        self._behind.pop(connection, None)

    def forward(self, version: int, frame: Frame) -> None:
        self._coalescer.put(frame)
        if self._behind:
            self._forward_to_those_behind(version, frame)

    def flush(self) -> None:
        self._coalescer.flush()

    def tell(self, frame: Frame, make_up: MakeUp, but_for: Container[Connection] = ()) -> None:
        """Send an ephemeral frame to members' connections (see Connection.deliver_ephemeral)."""
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
