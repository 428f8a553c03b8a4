"""The rooms that this process has sockets in: each with its feed, its audience, and what is read for it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from chat.errors import Refused
from chat.hub import queries
from chat.hub.delivery.connection import TRY_AGAIN_LATER, Connection
from chat.hub.layer import envelopes
from chat.hub.layer.subscriptions import Subscriptions
from chat.hub.rooms.audience import Audience, Hold
from chat.hub.rooms.sequencer import Feed
from chat.protocol import events
from chat.queries import history
from chat.runtime.batcher import Together
from chat.runtime.database import check, read

MOST_OPENINGS = 200  # that are read for together; more would keep the others waiting
PATIENCE_SECONDS = 0.05  # for an event that was overtaken; after that it is read

Openings = Together[queries.Opening, queries.Opened]


@dataclass(slots=True)
class Place:
    feed: Feed
    audience: Audience
    openings: Openings
    gap_due: bool = False


class Places:
    """Places by room id. A room has a place, and a subscription, for as long as a connection stands in it."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        forward: Callable[..., None],
        begin: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        """`forward` takes each room's events in their turn, all of one version at once; `begin` what is to be done."""
        self._loop = asyncio.get_running_loop()
        self._subscriptions, self._forward, self._begin = subscriptions, forward, begin
        self._places: dict[int, Place] = {}

    def __iter__(self) -> Iterator[int]:
        return iter(self._places)

    def __getitem__(self, room_id: int) -> Place:
        return self._places[room_id]

    def get(self, room_id: int) -> Place | None:
        return self._places.get(room_id)

    def of(self, connection: Connection) -> list[int]:
        """The rooms that the connection stands in."""
        return [room_id for room_id, place in self._places.items() if connection in place.audience]

    def of_member(self, connection: Connection) -> list[int]:
        """Return the rooms in which the connection stands as a member's."""
        return [room_id for room_id, place in self._places.items() if place.audience.has_member(connection)]

    def everybody(self) -> list[tuple[Connection, int]]:
        """Return each connection with each room in which it stands as a member's."""
        return [
            (connection, room_id)
            for room_id, place in self._places.items()
            for connection in place.audience
            if place.audience.has_member(connection)
        ]

    def stands(self, connection: Connection, room_id: int) -> bool:
        """Whether the connection gets the room's events."""
        place = self._places.get(room_id)
        return place is not None and connection in place.audience

    def is_under(self, connection: Connection, room_id: int, hold: Hold) -> bool:
        """Whether this is the hold that counts for the connection in the room."""
        place = self._places.get(room_id)
        return place is not None and place.audience.is_under(connection, hold)

    # -- Coming and going ----------------------------------------------------------------------------------------------

    def hold(self, connection: Connection, room_id: int, *, is_member: bool = False) -> Hold:
        """Stand the connection in the room, and keep the room's events for it until `release`.

        Where it is not known that the user is a member, `is_member` of what is returned is set once it is.
        """
        if room_id not in self._places:
            self._places[room_id] = self._new(room_id)
            self._subscriptions.want(envelopes.room_group(room_id))
        place = self._places[room_id]
        was_live = place.audience.is_live(connection)
        hold = place.audience.hold(connection, is_member=is_member)
        hold.resumes_at = place.feed.last if was_live else None
        return hold

    def _new(self, room_id: int) -> Place:
        openings: Openings = Together(lambda asked: read(queries.openings, room_id, asked), MOST_OPENINGS)
        return Place(Feed(self._forward), Audience(self._loop), openings)

    async def subscribed(self, room_id: int) -> None:
        """Wait until the room's events come in, but not for long."""
        await self._subscriptions.joined({envelopes.room_group(room_id)})

    def release(self, connection: Connection, room_id: int, hold: Hold, version: int) -> None:
        """The connection was brought up to `version` of the room."""
        place = self._places.get(room_id)
        if place is None or not place.audience.is_under(connection, hold):
            return
        place.feed.start(version)
        if place.feed.began is not None and version < place.feed.began:
            self._begin(self._bring_up(connection, room_id, hold, version))
        else:
            place.audience.release(connection, hold, version, place.feed.last or 0)

    async def _bring_up(self, connection: Connection, room_id: int, hold: Hold, version: int) -> None:
        """Read what the feed never forwarded: it began with what another connection had read, a moment later."""
        try:
            changes = await read(history.changes_since, room_id, version)
        except Refused:
            connection.close(TRY_AGAIN_LATER)
            raise
        if self.is_under(connection, room_id, hold):
            connection.tell(*changes.events)
            self.release(connection, room_id, hold, changes.head)

    def resume(self, connection: Connection, room_id: int, hold: Hold) -> None:
        """Put the connection back to where it was before the hold. One that was not live has to come back."""
        place = self._places.get(room_id)
        if hold.resumes_at is None:
            connection.close(TRY_AGAIN_LATER)
        elif place is not None:
            place.audience.release(connection, hold, hold.resumes_at, place.feed.last or 0)

    def detach(self, connection: Connection, room_id: int) -> None:
        place = self._places.get(room_id)
        if place is not None:
            place.audience.discard(connection)
            if not place.audience:
                del self._places[room_id]
                self._subscriptions.unwant(envelopes.room_group(room_id))

    # -- Events --------------------------------------------------------------------------------------------------------

    def offer(self, event: events.Event) -> None:
        """A numbered event of a room came in, perhaps before its turn."""
        place = self._places.get(event["room"])
        if place is not None:
            place.feed.offer(event)
            self._mind_the_gap(event["room"], place)

    def settle(self, room_id: int) -> None:
        """Hand out what waits to be joined."""
        if room_id in self._places:
            self._places[room_id].audience.flush()

    async def read_missing(self, room_id: int, place: Place) -> None:
        """Read what the room's feed lacks."""
        if self._places.get(room_id) is not place or place.feed.last is None:
            return
        changes = await check(history.changes_since, room_id, place.feed.last)
        if self._places.get(room_id) is place:
            place.feed.fill(changes.events, changes.head)

    def _mind_the_gap(self, room_id: int, place: Place) -> None:
        if place.feed.has_gap and not place.gap_due:
            place.gap_due = True
            self._loop.call_later(PATIENCE_SECONDS, lambda: self._begin(self._read_gap(room_id, place)))

    async def _read_gap(self, room_id: int, place: Place) -> None:
        try:
            if place.feed.has_gap:
                await self.read_missing(room_id, place)
        finally:
            place.gap_due = False
