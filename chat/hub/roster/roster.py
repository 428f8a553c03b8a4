"""Who is in a room's sidebar, for those of this process's sockets that show the room."""

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

GROUPS = ("here", "online", "away", "offline")  # in the order in which a page has them; by name within each
PAGE_LENGTH = 100  # people

RosterEntry = dict[str, Any]  # docs/protocol.md
Window = frozenset[int] | None  # the people whom a tab was given, and who are kept live for it; None: everyone


@dataclass(frozen=True, slots=True)
class News:
    """What those who look at the sidebar do not know yet."""

    anew: bool = False  # more than changes would tell: they need a snapshot
    people: frozenset[int] = frozenset()
    counted: bool = False

    def __bool__(self) -> bool:
        return self.anew or self.counted or bool(self.people)


class Roster:
    """The members of one room, each in one of the groups.

    Only members appear, whatever presence says: a topic is a name, and no authority.

    It is as it was told last. What changes is noted, and becomes part of it by `catch_up`, for everyone at once: so all
    who open the room in between get the same frame, and nobody who comes makes work for as many as there are members.
    """

    def __init__(self, room_id: int, rosters: Rosters, *, sees_hidden: bool) -> None:
        self.room_id = room_id
        self.topic = here_topic(room_id)
        self.is_known = False
        """Whether all of it was read and was kept in step: else nothing is said."""
        self.is_whole = True
        """Whether a snapshot has everyone."""
        self._topics = (ONLINE, AWAY, self.topic, HIDDEN) if sees_hidden else (ONLINE, AWAY, self.topic)
        self._rosters = rosters
        self._members = Members()
        self._early: list[dict[str, Any]] | None = []  # what happened while the members were read
        self._changed: set[int] = set()
        self._people: dict[int, RosterEntry] = {}
        self._counts: Counter[str] = Counter()
        self._counts_told: dict[str, int] = {}
        self._order: list[int] | None = None  # this and the snapshot are made when they are asked for
        self._snapshot: tuple[Frame, Window] | None = None

    # -- What happens --------------------------------------------------------------------------------------------------

    def load(self, members: Iterable[tuple[Card, str]]) -> None:
        """Each with their role."""
        for card, role in members:
            self._members.put(card)
            self._members.set_role(card["id"], role)
        self._changed |= self._members.ids
        early, self._early = self._early or [], None
        for event in early:
            self.follow(event)

    def follow(self, event: dict[str, Any]) -> bool:
        """A numbered event of the room went out. Whether it matters here: it may be about the members."""
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
        """Of who is a member already, their event says less than is known."""
        if card["id"] not in self._members:
            self._put(card)
        self._members.set_role(card["id"], role)
        self._changed.add(card["id"])

    def note(self, topic: str, users: frozenset[int]) -> bool:
        """Something about these users changed on that topic. Whether it matters here."""
        concerned = users & self._members.ids if topic in self._topics else frozenset()
        self._changed |= concerned
        return bool(concerned)

    def update(self, user: int, card: Card) -> bool:
        """Somebody's card changed. Whether it matters here."""
        is_member = user in self._members
        if is_member:
            self._put(card)
        return is_member

    def _put(self, card: Card) -> None:
        self._members.put(card)
        self._changed.add(card["id"])

    def _forget(self, user: int) -> None:
        """At once: who comes later was told of no leave."""
        self._members.remove(user)
        if person := self._people.pop(user, None):
            self._counts[group_of(person)] -= 1
            self._order = self._snapshot = None

    # -- What is told --------------------------------------------------------------------------------------------------

    def catch_up(self) -> News:
        """Make what was noted part of the sidebar."""
        was = self.is_known, self.is_whole
        self.is_known, self.is_whole = self._is_in_step(), len(self._members) <= conf.roster_length()
        people = self._take_changes() if self.is_known else frozenset()
        counted = self.is_known and self.counts != self._counts_told
        anew = was != (self.is_known, self.is_whole)
        if people or counted or anew:
            self._order = self._snapshot = None
            self._counts_told = self.counts
        return News(anew, people, counted)

    @property
    def counts(self) -> dict[str, int]:
        return {group: self._counts[group] for group in GROUPS}

    def snapshot(self) -> tuple[Frame, Window]:
        """What a tab gets first, the same for everyone, and the people in it."""
        if self._snapshot is None:
            self._snapshot = self._make_snapshot()
        return self._snapshot

    def page(self, offset: int, begins: str) -> tuple[list[int], int]:
        """A page of those whose name begins so, and how many there are of them."""
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
        """Whether anything about them is news."""
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
    """What changed, as the tabs need it: those that were given the same people get the same frame."""

    def __init__(self, roster: Roster, news: News, besides: events.Event | None) -> None:
        """`besides` goes into each frame."""
        self._roster, self._news, self._besides = roster, news, besides
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
        told = [self._besides] if self._besides else []
        if people or self._news.counted:
            room_id, counts = self._roster.room_id, self._roster.counts
            told.insert(0, events.presence_changed(room_id, self._roster.people(people), counts))
        return Frame.of(*told) if told else None
