"""The sidebars of all rooms that this process's sockets show, kept in step with presence."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from chat import events
from chat.attendance import room_of
from chat.database import read
from chat.hub.connection import Connection
from chat.hub.frame import Frame
from chat.hub.sidebar import Card, Sidebar
from chat.hub.subscriptions import Subscriptions
from chat.models import Membership
from presence.roster import Diff, Rosters
from presence.topics import AWAY, ONLINE, group

READY_WITHIN_SECONDS = 1.0  # what a tab's next command waits for its sidebar; later it comes by itself
COALESCE_SECONDS = 0.1  # a thousand people who come back at once are a few frames, not a thousand


@dataclass(slots=True)
class _Shown:
    sidebar: Sidebar
    ready: asyncio.Task[None]
    viewers: set[Connection] = field(default_factory=set)
    was_known: bool = True  # when the viewers were told last


class Sidebars:
    def __init__(self, subscriptions: Subscriptions, on_count: Callable[[int, int], None]) -> None:
        self._subscriptions = subscriptions
        self._on_count = on_count
        self._rosters = Rosters(self._note, lambda _available: self._schedule_flush())
        self._shown: dict[int, _Shown] = {}
        self._flush_due: asyncio.TimerHandle | None = None
        self._ready: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._rosters.start()
        self._ready = asyncio.create_task(self._watch(ONLINE, AWAY))

    async def stop(self) -> None:
        await self._rosters.stop()
        if self._flush_due:
            self._flush_due.cancel()

    def receive(self, hint: dict[str, object]) -> None:
        self._rosters.receive(hint)

    async def show(self, connection: Connection, room_id: int) -> None:
        """The tab shows this room: send it a snapshot, known or not, and from then on what changes."""
        shown = self._shown.get(room_id)
        if shown is None:
            sidebar = Sidebar(room_id, self._rosters)
            shown = _Shown(sidebar, asyncio.create_task(self._load(room_id, sidebar)))
            self._shown[room_id] = shown
        try:
            await asyncio.wait_for(asyncio.shield(shown.ready), READY_WITHIN_SECONDS)
        except TimeoutError:
            pass  # Redis answers nothing: as soon as it does, the viewers are told
        except Exception:
            self._forget(room_id)
            raise
        if connection.room != room_id:  # it was shown out, or shows another room by now
            self.hide(connection, room_id)
            return
        if not shown.viewers:
            shown.was_known = shown.sidebar.is_known
        shown.viewers.add(connection)
        self._tell_all(connection)

    def _tell_all(self, connection: Connection) -> None:
        """Tell the tab who is in the sidebar of the room that it shows."""
        shown = self._shown.get(connection.room or 0)
        if shown is not None and connection in shown.viewers:
            snapshot = events.presence_snapshot(shown.sidebar.room_id, shown.sidebar.people())
            connection.deliver_ephemeral(Frame.of(snapshot), self._tell_all)

    def hide(self, connection: Connection, room_id: int) -> None:
        """The tab does not show this room any more."""
        shown = self._shown.get(room_id)
        if shown is not None:
            shown.viewers.discard(connection)
            if not shown.viewers and shown.ready.done():
                self._forget(room_id)

    def follow(self, room_id: int, event: dict[str, object]) -> None:
        """A numbered event of the room went out."""
        if room_id in self._shown:
            self._shown[room_id].sidebar.follow(event)
            self._schedule_flush()

    def update_person(self, user: int, card: Card) -> None:
        """Somebody's card changed, or may have."""
        for shown in self._shown.values():
            shown.sidebar.update_person(user, card)
        self._schedule_flush()

    async def _load(self, room_id: int, sidebar: Sidebar) -> None:
        if self._ready is not None:
            await asyncio.shield(self._ready)
        await self._watch(sidebar.topic)
        sidebar.load(await read(_members_of, room_id))
        self._schedule_flush()

    async def _watch(self, *topics: str) -> None:
        groups = {group(topic) for topic in topics}
        for name in groups:
            self._subscriptions.want(name)
        await self._subscriptions.joined(groups)
        for topic in topics:
            await self._rosters.watch(topic)

    def _forget(self, room_id: int) -> None:
        shown = self._shown.pop(room_id, None)
        if shown is not None:
            self._rosters.unwatch(shown.sidebar.topic)
            self._subscriptions.unwant(group(shown.sidebar.topic))

    def _note(self, topic: str, diff: Diff) -> None:
        changed = diff.joined | diff.left
        room_id = room_of(topic)
        if room_id is None:
            concerned = list(self._shown.values())
        else:
            concerned = [self._shown[room_id]] if room_id in self._shown else []
        for shown in concerned:
            shown.sidebar.note(changed)
        self._schedule_flush()

    def _schedule_flush(self) -> None:
        if self._flush_due is None:
            self._flush_due = asyncio.get_running_loop().call_later(COALESCE_SECONDS, self._flush)

    def _flush(self) -> None:
        self._flush_due = None
        for room_id, shown in self._shown.items():
            if shown.viewers:
                self._tell_viewers(room_id, shown)

    def _tell_viewers(self, room_id: int, shown: _Shown) -> None:
        is_known, was_known = shown.sidebar.is_known, shown.was_known
        shown.was_known = is_known
        changed = shown.sidebar.take_changes()
        if is_known != was_known:
            event = events.presence_snapshot(room_id, shown.sidebar.people())
        elif changed:
            event = events.presence_changed(room_id, changed)
        else:
            return
        frame = Frame.of(event)
        for viewer in shown.viewers:
            viewer.deliver_ephemeral(frame, self._tell_all)
        if is_known:
            self._on_count(room_id, len(self._rosters.people(shown.sidebar.topic)))


def _members_of(room_id: int) -> dict[int, Card]:
    found = Membership.objects.current().filter(room=room_id).select_related("user__status")
    return {membership.user_id: events.person_card(membership.user) for membership in found}
