"""The hub of a process: its rooms and connections, one channel-layer group per room, one frame per event."""

import asyncio
from collections import defaultdict
from collections.abc import Container, Iterable
from functools import partial
from typing import Any, assert_never

from accounts.mfa.admin_gate import is_enough
from accounts.sessions import sessions
from chat import conf
from chat.errors import NotFound, Refused
from chat.hub import queries
from chat.hub.delivery.connection import TRY_AGAIN_LATER, Connection
from chat.hub.delivery.frame import Frame
from chat.hub.delivery.rate_limits import RateLimits
from chat.hub.delivery.replay import Replay
from chat.hub.delivery.typing_rights import TypingRights
from chat.hub.layer import connection_census, envelopes
from chat.hub.layer.outbox import Outbox
from chat.hub.layer.subscriptions import Subscriptions
from chat.hub.partners import Partners
from chat.hub.people.announcement import ShownAnnouncement
from chat.hub.people.blocks import Blocks
from chat.hub.people.profiles import Profiles
from chat.hub.people.read_positions import ReadPositions
from chat.hub.people.statuses import People, UserState
from chat.hub.reconciliation import check_people, check_standing, check_versions, note_use
from chat.hub.rooms.audience import Hold
from chat.hub.rooms.evictions import Evictions
from chat.hub.rooms.live_room import LiveRoom
from chat.hub.rooms.rooms import Rooms
from chat.hub.roster.counts import Counts
from chat.hub.roster.rosters import RoomRosters
from chat.hub.tasks import Tasks
from chat.protocol import events
from chat.queries.presence import count_in, fresh_here_counts, here_topic
from chat.runtime.database import Lane, read, run
from chat.runtime.fair_queue import FairQueue
from presence.per_loop import PerLoop
from presence.topics import ONLINE
from presence.tracker import get_tracker


class Hub:
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.connections: dict[int, set[Connection]] = defaultdict(set)  # by user
        self.rate_limits = RateLimits()
        self.fair_queue = FairQueue(conf.at_once())
        self._tasks = Tasks(self.loop)
        self._outbox = Outbox(self.loop, self.receive)
        self._subscriptions = Subscriptions(self._receive_message, self._outbox.mark)
        self.rooms = Rooms(self._subscriptions, self._follow, self._tasks)
        self.counts = Counts(self._tell_room, self._tell_everyone, self._tell_counts, self._tasks.begin)
        self.partners = Partners(self.rooms)
        self._rosters = RoomRosters(self._subscriptions, self.counts, self.partners, self.rooms.settle, self._recount)
        self.positions = ReadPositions()
        self._tracker = get_tracker()
        self.people = People(self._tracker, self.tell_user)
        self.profiles = Profiles(self.connections, self.rooms, self.people)
        self.evictions = Evictions(self.connections, self.rooms, self._tracker, self.close_room)
        self.announcement = ShownAnnouncement(self.connections)
        self.blocks = Blocks(self.connections)

    def start(self) -> None:
        self._subscriptions.start()
        self._subscriptions.want(envelopes.ALL_HUBS)
        self._tracker.start()
        self._rosters.start()
        self._tasks.keep(self._outbox.publish_forever())
        self._tasks.begin(self.announcement.check())
        self._tasks.repeat(conf.check_seconds, lambda: check_versions(self))
        self._tasks.begin_duties()
        self._tasks.repeat(conf.standing_seconds, lambda: check_standing(self))
        self._tasks.repeat(conf.standing_seconds, lambda: check_people(self))
        self._tasks.repeat(sessions.PAUSE.total_seconds, lambda: note_use(self))

    @property
    def runs(self) -> bool:
        """True if the hub's tasks are running. Redis may be away."""
        return self._tasks.runs and self._subscriptions.runs

    async def leave(self) -> None:
        """Let this server's users leave presence, after a linger that is long enough for them to reconnect.

        Call it before the sockets close: a socket that has closed already leaves like a closed tab.
        """
        await self._tracker.stop(linger_ms=conf.drain_linger_ms())

    async def stop(self) -> None:
        self.counts.stop()
        self.partners.stop()
        await self._tasks.end()
        await self._rosters.stop()
        await self.leave()
        await self._subscriptions.stop()

    # -- Connections --------------------------------------------------------------------------------------------------

    async def welcome(self, connection: Connection) -> None:
        """Attach the connection to every room of its user, and greet it. Raises Unavailable, SignedOut."""
        user = connection.user
        self.connections[user.pk].add(connection)
        self._subscriptions.want(envelopes.user_group(user.pk))
        person, rooms = await run(Lane.ARRIVAL, partial(queries.arrival, user.pk))
        self.people.welcome(person)
        self.profiles.renew(user.pk)  # it may have changed since the handshake
        self._tracker.track(ONLINE, user.pk, connection.id)
        self._tracker.touch(user.pk)
        holds = {room_id: self.rooms.hold(connection, room_id, is_member=True) for room_id in rooms}
        groups = {envelopes.room_group(room_id) for room_id in rooms}
        await self._subscriptions.joined(groups | {envelopes.user_group(user.pk)})
        listed, connection.blocked = await self._greeting(user.pk)
        connection.greet(queries.hello(connection, self.people.status_of(user.pk), listed, self.announcement.shown))
        for room in listed:
            if hold := holds.pop(room["id"], None):
                self.rooms.release(connection, room["id"], hold, room["version"])
            else:  # joined meanwhile, or one of its threads is unread
                self._tasks.begin(self.gain(user.pk, room["id"]))
        for room_id in holds:  # left meanwhile, or asleep
            self.rooms.detach(connection, room_id)
        self._tasks.begin(self.partners.show([connection], user.pk, listed))

    def is_full_for(self, user: int) -> bool:
        most = conf.sockets()
        return 0 < most <= len(self.connections.get(user, ()))

    def remove(self, connection: Connection) -> None:
        user = connection.user.pk
        self._tracker.drop(connection.id)
        self._rosters.hide(connection)
        connection.room = None
        self.counts.discard(connection)
        for room_id in self.rooms.of(connection):
            self.rooms.detach(connection, room_id)
        self.connections[user].discard(connection)
        if not self.connections[user]:
            del self.connections[user]
            self.positions.forget(user)
            self.people.forget(user)
            self._subscriptions.unwant(envelopes.user_group(user))

    async def open_room(self, connection: Connection, room_id: int, since: int | None) -> tuple[Hold, queries.Opened]:
        """Read the events that a tab lacks of the room that it opens. Raises NotFound for non-members, and Unavailable.

        The membership is read after the room's events are held for the connection. An earlier removal is seen in this
        read, and a later one arrives as an event and evicts. `show` finishes opening the room.
        """
        hold, room = self.rooms.hold(connection, room_id), self.rooms[room_id]
        await self.rooms.subscribed(room_id)
        try:
            opened = await room.openings.ask(queries.Opening(connection.user.pk, connection.session, since))
        except Refused as refused:
            if hold.is_member and not isinstance(refused, NotFound):
                room.resume(connection, hold)
            else:
                self.rooms.detach(connection, room_id)
            raise
        hold.is_member = True
        return hold, opened

    async def show(self, connection: Connection, hold: Hold, opened: queries.Opened) -> None:
        """Send the connection the events that it lacks of the opened room, and make its user present there."""
        room_id = opened.listed["id"]
        if connection.room == room_id:
            self._rosters.hide(connection)
        else:
            self.close_room(connection)
        connection.room, connection.sees_hidden = room_id, opened.sees_hidden
        connection.typing_rights = TypingRights.of(opened.listed)
        self._tracker.track(here_topic(room_id), connection.user.pk, connection.id)

        def is_current() -> bool:
            return self.rooms.is_under(connection, room_id, hold)

        def end_late(head: int) -> None:
            self._tasks.begin(self._end_replay(connection, room_id, hold, head))

        self._tasks.begin(self.partners.show([connection], connection.user.pk, [opened.listed]))
        replay = Replay(connection, hold, opened.missed, opened.head, is_current, end_late)
        if replay.send():
            await self._end_replay(connection, room_id, hold, replay.head)

    async def _end_replay(self, connection: Connection, room_id: int, hold: Hold, head: int) -> None:
        self.rooms.release(connection, room_id, hold, head)
        if connection.room != room_id:
            return  # the tab opened another room meanwhile
        if self.rooms.stands(connection, room_id):
            await self._rosters.show(connection, room_id)
        else:  # removed meanwhile
            self.close_room(connection)

    def close_room(self, connection: Connection) -> None:
        """End that the tab shows a room. The leave counts at once: only a lost socket lingers (`remove`)."""
        if (room_id := connection.room) is not None:
            self._tracker.untrack(here_topic(room_id), connection.user.pk, connection.id, linger=False)
            self._rosters.hide(connection)
            connection.room = None
            self.counts.recount_soon(room_id)

    def close_earlier_room(self, connection: Connection, room_id: int) -> None:
        """End the linger of a room that an earlier socket of this tab showed: the tab is not coming back to it."""
        if self.rooms.stands(connection, room_id):
            self._tracker.end_linger(here_topic(room_id), connection.user.pk)
            self.counts.recount_soon(room_id)

    def roster_page(self, connection: Connection, room_id: int, offset: int, begins: str) -> dict[str, Any]:
        """Return a page of the roster that the tab shows. Raises NotFound if it shows another room, and Unavailable."""
        return self._rosters.page(connection, room_id, offset, begins)

    def touch(self, connection: Connection) -> None:
        self._tracker.touch(connection.user.pk)

    async def watch_directory(self, connection: Connection) -> dict[int, int] | None:
        return await self.counts.watch_directory(connection)

    # -- Events -------------------------------------------------------------------------------------------------------

    def announce_from_thread(self, envelope: envelopes.Envelope) -> None:
        self._outbox.put_from_thread(envelope)

    def receive(self, envelope: envelopes.Envelope) -> None:
        match envelope:
            case envelopes.RoomEvent(event=event):
                self.rooms.offer(event)
            case envelopes.RoomEvents(events=together):
                for event in together:
                    self.rooms.offer(event)
            case envelopes.RoomDeleted(event=event):
                self.evictions.end_room(event)
            case envelopes.RoomSeen(event=event):
                self._receive_for_viewers(event)
            case envelopes.UserEvent(user=user, event=event, for_administrator=True):
                self.tell_administrator(user, event)
            case envelopes.UserEvent(user=user, event=event):
                self._receive_for_user(user, event)
            case envelopes.BlocksChanged(user=user):
                self._tasks.begin(self.blocks.check([user]))
            case envelopes.PeopleChanged(people=people):
                self.receive_people(people)
            case envelopes.UserChanged(event=event, rooms=rooms):
                self.profiles.tell(event, rooms)
            case envelopes.SiteAnnounced():
                self._tasks.begin(self.announcement.check())
            case envelopes.SessionEnded(user=user, session=session):
                self.evictions.end_session(user, session)
            case envelopes.ConnectionEnded(user=user, connection=connection):
                self.evictions.end_connection(user, connection)
            case envelopes.RollCalled(answer_to=group):
                connection_census.answer(self, group, self._outbox.publish)
            case _:
                assert_never(envelope)

    def _receive_message(self, message: dict[str, Any]) -> None:
        if message["type"] == "presence.hint":
            self._rosters.receive(message)
        else:
            self.receive(envelopes.decode(message))

    def _receive_for_viewers(self, event: dict[str, Any]) -> None:
        room = self.rooms.get(event["room"])
        frame = Frame.of(event)
        for connection in room.audience if room else ():
            if connection.room == event["room"] and connection.user.pk != event["user"]["id"]:
                connection.deliver_ephemeral(frame)

    def _receive_for_user(self, user: int, event: events.Event) -> None:
        if event["type"] == "room.gained":
            self._tasks.begin(self.gain(user, event["room"]))
        else:
            self.tell_user(user, event)

    def tell_administrator(self, user: int, event: dict[str, Any]) -> None:
        """Send an event to the user's tabs in sessions with administrator rights."""
        frame = Frame.of(event)
        for connection in self.connections.get(user, ()):
            if is_enough(has_shown_factor=connection.has_shown_factor):
                connection.deliver(frame)

    def tell_user(self, user: int, event: dict[str, Any]) -> None:
        if user not in self.connections:
            return
        if event["type"] == "read.moved":
            self.positions.note(user, event["room"], event["position"])
        frame = Frame.of(event)
        for connection in self.connections[user]:
            connection.deliver(frame)

    def receive_people(self, people: list[UserState]) -> None:
        for person in people:
            self.people.update(person)
            self.profiles.renew(person["card"]["id"])
            self._rosters.update_person(person["card"]["id"], person["card"])
            self.partners.update(person)

    def _follow(self, room: LiveRoom, event: events.Event) -> None:
        """Apply a numbered event to the hub's own state, before it is delivered."""
        self._rosters.follow(room.id, event)
        if event["type"] == "member.left":
            self.evictions.evict_user(event["user"]["id"], room.id, event)
        elif event["type"] == "message.posted":
            self.people.act(event["message"]["author"]["id"])  # the post may have come over HTTP
        elif event["type"] in ("member.joined", "member.changed"):
            self._tasks.begin(self._rosters.complete(room.id, event["user"]["id"]))
            self._follow_typing_rights(self.connections.get(event["user"]["id"], ()), event)
        elif event["type"] == "room.changed":
            self._follow_typing_rights(room.audience, event)

    def _follow_typing_rights(self, connections: Iterable[Connection], event: dict[str, Any]) -> None:
        for connection in connections:
            if connection.room == event["room"] and connection.typing_rights is not None:
                connection.typing_rights.follow(event)

    # -- Rooms --------------------------------------------------------------------------------------------------------

    async def gain(self, user: int, room_id: int) -> None:
        outside = [c for c in self.connections.get(user, ()) if not self.rooms.stands(c, room_id)]
        if not outside:
            return
        holds = {connection: self.rooms.hold(connection, room_id) for connection in outside}
        await self.rooms.subscribed(room_id)
        try:
            listed = await self.listed_rooms(user, room_id)
        except Refused:
            for connection in holds:
                connection.close(TRY_AGAIN_LATER)
            raise
        for connection, hold in holds.items():
            for room in listed:
                connection.tell(events.room_gained(room))
                self.rooms.release(connection, room_id, hold, room["version"])
                self._tell_counts(connection)  # the counts may have changed since they were read
            if not listed:
                self.rooms.detach(connection, room_id)
        await self.partners.show(outside, user, listed)

    async def listed_rooms(self, user: int, room_id: int | None = None) -> list[dict[str, Any]]:
        return await self._with_presence(user, await read(queries.listed_rooms, user, room_id))

    async def _greeting(self, user: int) -> tuple[list[dict[str, Any]], frozenset[int]]:
        listed, blocked = await run(Lane.ARRIVAL, partial(queries.greeting, user))
        return await self._with_presence(user, listed), blocked

    async def _with_presence(self, user: int, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for room in listed:
            self.positions.note(user, room["id"], room["last_read"])
        here = await fresh_here_counts([room["id"] for room in listed])
        return [room | {"here": count_in(here, room["id"])} for room in listed]

    def _recount(self) -> None:
        self._tasks.begin(self.counts.check(self.rooms))

    def _tell_room(self, room_id: int, frame: Frame, but_for: Container[Connection]) -> None:
        if room := self.rooms.get(room_id):
            room.audience.tell(frame, self._tell_counts, but_for)

    def _tell_everyone(self, frame: Frame) -> None:
        for connections in self.connections.values():
            for connection in connections:
                connection.deliver_ephemeral(frame, self._tell_counts)

    def _tell_counts(self, connection: Connection) -> None:
        frame = Frame.of(events.presence_counted(self.counts.told(self.rooms.of_member(connection))))
        connection.deliver_ephemeral(frame, self._tell_counts)


def _started() -> Hub:
    hub = Hub()
    hub.start()
    return hub


_hubs = PerLoop(_started)
get_hub = _hubs.get  # of the running event loop; the first call starts it
running_hub = _hubs.running
