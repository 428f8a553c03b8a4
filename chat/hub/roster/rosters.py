"""Rosters of all rooms that this process's sockets show, kept in step with presence."""

import asyncio
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from accounts.models import User
from chat import conf
from chat.errors import NotFound, Unavailable
from chat.hub.delivery.connection import Connection
from chat.hub.layer.subscriptions import Subscriptions
from chat.hub.partners import Partners
from chat.hub.roster.counts import Counts
from chat.hub.roster.members import Card
from chat.hub.roster.roster import Diff, Roster, Window
from chat.hub.roster.throttle import Throttle
from chat.models import Membership
from chat.protocol import events
from chat.runtime.database import read
from presence.roster import Rosters
from presence.topics import AWAY, HIDDEN, ONLINE, group
from presence.tracker import get_tracker

READY_WITHIN_SECONDS = 1.0  # how long a tab's next command waits for the sidebar; a later sidebar arrives by itself
RETRY_SECONDS = 1.0

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Shown:
    roster: Roster
    throttle: Throttle
    ready: asyncio.Task[None]
    coming: int = 0  # tabs that wait until it is ready
    viewers: dict[Connection, Window] = field(default_factory=dict)


class RoomRosters:
    """Rosters by room: one for everyone, and, if the site lets administrators see invisible users, one for them.

    They are separate so that invisible users affect neither the frames that others get nor their timing.
    """

    def __init__(
        self,
        subscriptions: Subscriptions,
        counts: Counts,
        partners: Partners,
        settle: Callable[[int], None],
        note_return: Callable[[], None],
    ) -> None:
        """Take `settle` and `note_return`.

        `settle` sends the coalesced numbered events of a room: they go before the roster's changes. `note_return` is
        called when presence is known again.
        """
        self._subscriptions = subscriptions
        self._counts = counts
        self._partners = partners
        self._settle = settle
        self._note_return = note_return
        self._rosters = Rosters(
            lambda topic, diff: self._note(topic, diff.joined | diff.left), self._note_availability, get_tracker()
        )
        partners.follow(self._rosters)
        self._shown: dict[tuple[int, bool], _Shown] = {}  # by room and `sees_hidden`
        self._ready: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._rosters.start()
        topics = (ONLINE, AWAY, HIDDEN) if conf.administrators_see_hidden() else (ONLINE, AWAY)
        self._ready = asyncio.create_task(self._watch(*topics))

    async def stop(self) -> None:
        await self._rosters.stop()
        for shown in self._shown.values():
            shown.throttle.stop()

    def receive(self, hint: dict[str, object]) -> None:
        self._rosters.receive(hint)

    # -- Tabs ----------------------------------------------------------------------------------------------------------

    async def show(self, connection: Connection, room_id: int) -> None:
        """Send the tab a snapshot of the room that it shows, known or not, and changes from now on."""
        key = room_id, connection.sees_hidden
        shown = self._shown.get(key) or self._begin(*key)
        if not shown.ready.done():
            shown.coming += 1
            await asyncio.wait([shown.ready], timeout=READY_WITHIN_SECONDS)
            shown.coming -= 1
        if connection.room == room_id:
            if not shown.viewers:  # no tab was told anything yet
                shown.roster.catch_up()
            shown.viewers[connection] = None
            self._tell_all(connection)
        else:  # it was evicted, or shows another room by now
            self._forget_if_unseen(key)

    def hide(self, connection: Connection) -> None:
        shown = self._shown_to(connection)
        if shown is not None and connection.room is not None:
            del shown.viewers[connection]
            self._forget_if_unseen((connection.room, connection.sees_hidden))

    def page(self, connection: Connection, room_id: int, offset: int, begins: str) -> dict[str, Any]:
        """Return a page of the roster, and keep its people live for the tab. Raises NotFound, Unavailable."""
        shown = self._shown_to(connection)
        if shown is None or connection.room != room_id:
            raise NotFound
        if not shown.roster.is_known:
            raise Unavailable.presence()
        users, total = shown.roster.page(offset, begins)
        if not shown.roster.is_whole:
            shown.viewers[connection] = frozenset(users)
        return {"people": shown.roster.people(users), "counts": shown.roster.counts, "total": total}

    # -- Changes -------------------------------------------------------------------------------------------------------

    def follow(self, room_id: int, event: dict[str, Any]) -> None:
        for shown in self._of(room_id):
            if shown.roster.follow(event):
                shown.throttle.soon()

    async def complete(self, room_id: int, user_id: int) -> None:
        """Read a new member's card: the event has only a part of it."""
        if any(self._of(room_id)):
            for card in await read(_cards_of, user_id):
                self.update_person(user_id, card)

    def update_person(self, user_id: int, card: Card) -> None:
        for shown in self._shown.values():
            if shown.roster.update(user_id, card):
                shown.throttle.soon()

    def _note(self, topic: str, users: frozenset[int]) -> None:
        self._partners.note(topic, users)
        for shown in self._shown.values():
            if shown.roster.note(topic, users):
                shown.throttle.soon()

    def _note_availability(self, available: bool) -> None:
        if available:
            self._note_return()
        self._partners.note_availability()
        for shown in self._shown.values():
            shown.throttle.soon()

    # -- Life of a roster ----------------------------------------------------------------------------------------------

    def _of(self, room_id: int) -> Iterator[_Shown]:
        for sees_hidden in (False, True):
            if shown := self._shown.get((room_id, sees_hidden)):
                yield shown

    def _shown_to(self, connection: Connection) -> _Shown | None:
        shown = self._shown.get((connection.room or 0, connection.sees_hidden))
        return shown if shown is not None and connection in shown.viewers else None

    def _begin(self, room_id: int, sees_hidden: bool) -> _Shown:
        roster = Roster(room_id, self._rosters, sees_hidden=sees_hidden)
        throttle = Throttle(lambda: self._tell(shown))
        shown = _Shown(roster, throttle, asyncio.create_task(self._load(roster, throttle)))
        self._shown[room_id, sees_hidden] = shown
        return shown

    async def _load(self, roster: Roster, throttle: Throttle) -> None:
        if self._ready is not None:
            await asyncio.shield(self._ready)
        await self._watch(roster.topic)
        roster.load(await _patiently(_members_of, roster.room_id))
        throttle.soon()

    async def _watch(self, *topics: str) -> None:
        groups = {group(topic) for topic in topics}
        for name in groups:
            self._subscriptions.want(name)
        await self._subscriptions.joined(groups)
        for topic in topics:
            await self._rosters.watch(topic)

    def _forget_if_unseen(self, key: tuple[int, bool]) -> None:
        shown = self._shown.get(key)
        if shown is None or shown.viewers or shown.coming:
            return
        del self._shown[key]
        shown.throttle.stop()
        shown.ready.cancel()
        if not any(self._of(shown.roster.room_id)):
            self._rosters.unwatch(shown.roster.topic)
            self._subscriptions.unwant(group(shown.roster.topic))

    # -- Sending -------------------------------------------------------------------------------------------------------

    def _tell_all(self, connection: Connection) -> None:
        if shown := self._shown_to(connection):
            frame, shown.viewers[connection] = shown.roster.snapshot()
            connection.deliver_ephemeral(frame, self._tell_all)

    def _tell(self, shown: _Shown) -> None:
        news = shown.roster.catch_up()
        if not news:
            return
        self._settle(shown.roster.room_id)
        if news.needs_snapshot:
            for viewer in shown.viewers:
                self._tell_all(viewer)
            self._count(shown.roster)
        else:
            diff = Diff(shown.roster, news, self._count(shown.roster, but_for=shown.viewers))
            for viewer, window in shown.viewers.items():
                if frame := diff.frame_for(window):
                    viewer.deliver_ephemeral(frame, self._tell_all, self._counts.make_up)

    def _count(self, roster: Roster, but_for: Container[Connection] = ()) -> events.Event | None:
        return self._counts.note(roster.room_id, roster.counts["here"], but_for) if roster.is_known else None


async def _patiently(function: Callable[[int], list[T]], room_id: int) -> list[T]:
    while True:
        try:
            return await read(function, room_id)
        except Unavailable:
            await asyncio.sleep(RETRY_SECONDS)


def _members_of(room_id: int) -> list[tuple[Card, str]]:
    found = Membership.objects.current().filter(room=room_id).select_related("user__status")
    return [(events.person_card(membership.user), membership.role) for membership in found]


def _cards_of(user_id: int) -> list[Card]:
    return [events.person_card(user) for user in User.objects.filter(pk=user_id).select_related("status")]
