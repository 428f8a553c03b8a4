"""Roster: the people in a room's sidebar, as this process's sockets that show the room were told."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chat import conf
from chat.hub.delivery.frame import Frame
from chat.hub.roster.members import Card, Members
from chat.protocol import events
from chat.queries.presence import here_topic
from presence.roster import Rosters
from presence.topics import AWAY, HIDDEN, ONLINE

GROUPS = ("here", "online", "away", "offline")  # in the order of the page; sorted by name within each
PAGE_LENGTH = 100  # people

RosterEntry = dict[str, Any]  # docs/protocol.md
Window = frozenset[int] | None  # the people that are kept live for a tab; None: everyone


@dataclass(frozen=True, slots=True)
class News:
    """Changes that the viewers of the sidebar do not know yet."""

    needs_snapshot: bool = False  # more than a diff can say: viewers need a snapshot
    people: frozenset[int] = frozenset()
    counted: bool = False

    def __bool__(self) -> bool:
        return self.needs_snapshot or self.counted or bool(self.people)


class Roster:
    """The members of one room, each in one of the groups.

    Only members appear, even if presence has others: a topic is a name, and grants nothing.

    The roster stays as it was last told. Changes are noted, and `catch_up` applies them for everyone at once. So all
    viewers who arrive in between get the same frame, and an arrival costs no work for each member.
    """

    def __init__(self, room_id: int, rosters: Rosters, *, sees_hidden: bool) -> None:
        self.room_id = room_id
        self.topic = here_topic(room_id)
        self.is_known = False
        """True if members and presence are read and up to date; otherwise the snapshot says unknown."""
        self.is_whole = True
        """True if a snapshot contains everyone."""
        self._topics = (ONLINE, AWAY, self.topic, HIDDEN) if sees_hidden else (ONLINE, AWAY, self.topic)
        self._rosters = rosters
        self._members = Members()
        self._early: list[dict[str, Any]] | None = []  # events that arrived while the members were read
        self._changed: set[int] = set()
        self._people: dict[int, RosterEntry] = {}
        self._counts: Counter[str] = Counter()
        self._counts_told: dict[str, int] = {}
        self._order: list[int] | None = None  # this and the snapshot are made on demand
        self._snapshot: tuple[Frame, Window] | None = None

    # -- Changes -------------------------------------------------------------------------------------------------------

    def load(self, members: Iterable[tuple[Card, str]]) -> None:
        for card, role in members:
            self._members.put(card)
            self._members.set_role(card["id"], role)
        self._changed |= self._members.ids
        early, self._early = self._early or [], None
        for event in early:
            self.follow(event)

    def follow(self, event: dict[str, Any]) -> bool:
        """Apply a numbered event of the room. Return True if it is about members."""
        if event["type"] not in ("member.joined", "member.changed", "member.left"):
            return False
        if self._early is not None:
            self._early.append(event)
        elif event["type"] == "member.left":
            self._forget(event["user"]["id"])
        else:
            self._admit(event["user"], event["role"])
        return True

    def _admit(self, card: Card, role: str) -> None:
        """Add a member. A known member keeps the card, since the event says less."""
        if card["id"] not in self._members:
            self._put(card)
        self._members.set_role(card["id"], role)
        self._changed.add(card["id"])

    def note(self, topic: str, users: frozenset[int]) -> bool:
        """Note that these users changed on a topic. Return True if that concerns a member."""
        concerned = users & self._members.ids if topic in self._topics else frozenset()
        self._changed |= concerned
        return bool(concerned)

    def update(self, user: int, card: Card) -> bool:
        """Replace a card. Return True if the user is a member."""
        is_member = user in self._members
        if is_member:
            self._put(card)
        return is_member

    def _put(self, card: Card) -> None:
        self._members.put(card)
        self._changed.add(card["id"])

    def _forget(self, user: int) -> None:
        """Remove a user at once: a viewer who arrives later does not get the leave."""
        self._members.remove(user)
        if person := self._people.pop(user, None):
            self._counts[group_of(person)] -= 1
            self._order = self._snapshot = None

    # -- Sending -------------------------------------------------------------------------------------------------------

    def catch_up(self) -> News:
        was = self.is_known, self.is_whole
        self.is_known, self.is_whole = self._is_in_step(), len(self._members) <= conf.roster_length()
        people = self._take_changes() if self.is_known else frozenset()
        counted = self.is_known and self.counts != self._counts_told
        needs_snapshot = was != (self.is_known, self.is_whole)
        if people or counted or needs_snapshot:
            self._order = self._snapshot = None
            self._counts_told = self.counts
        return News(needs_snapshot, people, counted)

    @property
    def counts(self) -> dict[str, int]:
        return {group: self._counts[group] for group in GROUPS}

    def snapshot(self) -> tuple[Frame, Window]:
        """Return a tab's first frame, the same for everyone, and the people in it."""
        if self._snapshot is None:
            self._snapshot = self._make_snapshot()
        return self._snapshot

    def page(self, offset: int, begins: str) -> tuple[list[int], int]:
        found = self._in_order()
        if begins:
            wanted = self._members.whose_name_begins(begins)
            found = [user for user in found if user in wanted]
        return found[offset : offset + PAGE_LENGTH], len(found)

    def people(self, users: Iterable[int]) -> list[RosterEntry]:
        return [self._people[user] for user in users if user in self._people]

    def _is_in_step(self) -> bool:
        is_read = self._early is None
        return is_read and self._rosters.available and all(map(self._rosters.is_known, self._topics))

    def _take_changes(self) -> frozenset[int]:
        changed, self._changed = self._changed & self._members.ids, set()
        return frozenset(user for user in changed if self._renew(user))

    def _renew(self, user: int) -> bool:
        old, new = self._people.get(user), self._person(user)
        self._people[user] = new
        if old is not None:
            self._counts[group_of(old)] -= 1
        self._counts[group_of(new)] += 1
        return new != old

    def _person(self, user: int) -> RosterEntry:
        online, away, here, *hidden = (user in self._rosters.people(topic) for topic in self._topics)
        if any((online, here, *hidden)):
            self._members.forget_when_last_seen(user)
        card = events.beside_presence(self._members.card(user), is_there=online or here)
        person = {**card, "online": online, "here": here, "away": away}
        return person | {"online": True, "hidden": True} if any(hidden) else person

    def _make_snapshot(self) -> tuple[Frame, Window]:
        if not self.is_known:
            return Frame.of(events.presence_snapshot(self.room_id, None, None, whole=False)), frozenset()
        shown = self._in_order() if self.is_whole else self._in_order()[:PAGE_LENGTH]
        snapshot = events.presence_snapshot(self.room_id, self.people(shown), self.counts, self.is_whole)
        return Frame.of(snapshot), None if self.is_whole else frozenset(shown)

    def _in_order(self) -> list[int]:
        if self._order is None:
            groups: dict[str, list[int]] = {group: [] for group in GROUPS}
            for user in self._members:
                if user in self._people:
                    groups[group_of(self._people[user])].append(user)
            self._order = [user for group in GROUPS for user in groups[group]]
        return self._order


def group_of(person: RosterEntry) -> str:
    if person["here"]:
        return "here"
    if not person["online"]:
        return "offline"
    return "away" if person["away"] else "online"


class Diff:
    """The changes, as frames. Tabs that were given the same people get the same frame."""

    def __init__(self, roster: Roster, news: News, extra: events.Event | None) -> None:
        """Take the news, and an event that goes into each frame too."""
        self._roster, self._news, self._extra = roster, news, extra
        self._by_window: dict[Window, Frame | None] = {}
        self._by_people: dict[frozenset[int], Frame | None] = {}

    def frame_for(self, window: Window) -> Frame | None:
        if window not in self._by_window:
            people = self._news.people if window is None else self._news.people & window
            if people not in self._by_people:
                self._by_people[people] = self._frame(people)
            self._by_window[window] = self._by_people[people]
        return self._by_window[window]

    def _frame(self, people: frozenset[int]) -> Frame | None:
        told = [self._extra] if self._extra else []
        if people or self._news.counted:
            room_id, counts = self._roster.room_id, self._roster.counts
            told.insert(0, events.presence_changed(room_id, self._roster.people(people), counts))
        return Frame.of(*told) if told else None
