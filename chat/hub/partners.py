"""Presence of the other person in direct conversations of two, for the room lists in this process's tabs."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from chat.errors import Unavailable
from chat.hub import queries
from chat.hub.delivery.connection import Connection
from chat.hub.delivery.frame import Frame
from chat.hub.people.statuses import UserState
from chat.hub.rooms.rooms import Rooms
from chat.hub.roster.throttle import Throttle
from chat.protocol import events
from chat.runtime.database import read
from presence.roster import Rosters
from presence.topics import AWAY, ONLINE

RETRY_SECONDS = 1.0


class Partners:
    """Follows the users who are online and away, which the process reads anyway: it costs no extra read of presence.

    A change goes to the tabs of the other person in each direct conversation with that user. Changes of several users
    within a moment are one frame for each tab.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._live_rooms = rooms
        self._rosters: Rosters | None = None
        self._pairs: dict[int, tuple[int, int]] = {}  # the two users, by room
        self._rooms: dict[int, set[int]] = defaultdict(set)  # by user
        self._dnd: dict[int, tuple[int, bool]] = {}  # time of the last change and do-not-disturb, by user
        self._told: dict[int, str] | None = None  # by user; None: presence was reported unavailable
        self._changed: set[int] = set()
        self._throttle = Throttle(self._tell)

    def follow(self, rosters: Rosters) -> None:
        self._rosters = rosters

    def stop(self) -> None:
        self._throttle.stop()

    # -- Tabs ----------------------------------------------------------------------------------------------------------

    async def show(self, connections: Collection[Connection], user: int, listed: Iterable[dict[str, Any]]) -> None:
        """Send the user's tabs the states of the partners in these listed rooms, and later changes from now on."""
        pairs = {room["id"]: room["people"][0]["id"] for room in listed if len(room.get("people", ())) == 1}
        for room_id, partner in pairs.items():
            if self._live_rooms.get(room_id):
                self._pairs[room_id] = user, partner
                self._rooms[user].add(room_id)
                self._rooms[partner].add(room_id)
        await self._read_dnd([partner for partner in pairs.values() if partner not in self._dnd])
        for connection in connections:
            self._tell_of(connection, [room_id for room_id in pairs if room_id in self._pairs])

    def forget_rooms_without_tabs(self) -> None:
        for room_id in [room_id for room_id in self._pairs if not self._live_rooms.get(room_id)]:
            for user in self._pairs.pop(room_id):
                self._rooms[user].discard(room_id)
                if not self._rooms[user]:
                    self._forget(user)

    def _forget(self, user: int) -> None:
        del self._rooms[user]
        self._dnd.pop(user, None)
        if self._told is not None:
            self._told.pop(user, None)

    async def _read_dnd(self, users: Collection[int]) -> None:
        while users:
            try:
                states = await read(queries.people, users)
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
            else:
                for state in states:
                    self.update(state)
                return

    # -- Changes -------------------------------------------------------------------------------------------------------

    def note(self, topic: str, users: frozenset[int]) -> None:
        if topic in (ONLINE, AWAY):
            self._note({user for user in users if user in self._rooms})

    def note_availability(self) -> None:
        self._throttle.soon()

    def update(self, person: UserState) -> None:
        """Apply a person state, if it is not older than the known one."""
        user, changed = person["card"]["id"], person["changed"]
        if user in self._rooms and self._dnd.get(user, (-1, False))[0] <= changed:
            self._dnd[user] = changed, "dnd" in person["card"]
            self._note({user})

    def _note(self, users: set[int]) -> None:
        if users:
            self._changed |= users
            self._throttle.soon()

    # -- Sending -------------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        changed, self._changed = self._changed, set()
        if (self._told is not None) != self._is_known:
            self._told = {} if self._is_known else None
            for connection in {tab for room_id in self._pairs for tab in self._tabs(room_id)}:
                self._tell_all(connection)
        elif self._told is not None:
            self._tell_changes(self._told, changed)

    def _tell_changes(self, told: dict[int, str], changed: set[int]) -> None:
        news: dict[Connection, dict[int, str]] = defaultdict(dict)
        for user in changed & self._rooms.keys():
            state = self._state_of(user)
            if user in told and told[user] != state:
                told[user] = state
                for tab in self._partners_of(user):
                    news[tab][user] = state
        frames: dict[tuple[tuple[int, str], ...], Frame] = {}  # many tabs get the same frame
        for tab, states in news.items():
            key = tuple(states.items())
            frames[key] = frame = frames.get(key) or Frame.of(events.partners_changed(states))
            tab.deliver_ephemeral(frame, self._tell_all)

    def _tell_all(self, connection: Connection) -> None:
        self._tell_of(connection, self._rooms.get(connection.user.pk, ()))

    def _tell_of(self, connection: Connection, rooms: Iterable[int]) -> None:
        standing = [room_id for room_id in rooms if connection in self._tabs(room_id)]
        if not standing:
            return
        states: dict[int, str] | None = None
        if self._told is not None:
            partners = (self._partner(room_id, connection.user.pk) for room_id in standing)
            states = {user: self._told.setdefault(user, self._state_of(user)) for user in partners}
        connection.deliver_ephemeral(Frame.of(events.partners_changed(states)), self._tell_all)

    def _partners_of(self, user: int) -> Iterator[Connection]:
        for room_id in self._rooms[user]:
            yield from (tab for tab in self._tabs(room_id) if tab.user.pk != user)

    def _partner(self, room_id: int, user: int) -> int:
        one, other = self._pairs[room_id]
        return other if user == one else one

    def _tabs(self, room_id: int) -> list[Connection]:
        room = self._live_rooms.get(room_id)
        return [tab for tab in room.audience if room.audience.has_member(tab)] if room else []

    @property
    def _is_known(self) -> bool:
        rosters = self._rosters
        return rosters is not None and rosters.available and all(map(rosters.is_known, (ONLINE, AWAY)))

    def _state_of(self, user: int) -> str:
        """Return the state that others see. Do-not-disturb does not show offline (`events.beside_presence`)."""
        assert self._rosters is not None
        if user not in self._rosters.people(ONLINE):
            return "offline"
        if self._dnd.get(user, (0, False))[1]:
            return "dnd"
        return "away" if user in self._rosters.people(AWAY) else "online"
