"""Who is in a room's sidebar, for those of this process's sockets that show the room."""

from typing import Any

from chat import events
from chat.attendance import here_topic
from presence.roster import Rosters
from presence.topics import AWAY, ONLINE

Card = dict[str, Any]


class Sidebar:
    """The people of one room: its members that are online, and those who have it open.

    Only members appear, whatever presence says: a topic is a name, and no authority.
    """

    def __init__(self, room_id: int, rosters: Rosters) -> None:
        self.room_id = room_id
        self.topic = here_topic(room_id)
        self._rosters = rosters
        self._members: dict[int, Card] = {}
        self._loaded = False
        self._changed: set[int] = set()

    def load(self, members: dict[int, Card]) -> None:
        self._members, self._loaded = members, True

    def follow(self, event: dict[str, Any]) -> None:
        """A numbered event of the room went out: it may be about its members."""
        if event["type"] == "member.joined":
            self._members[event["user"]["id"]] = event["user"]
            self._changed.add(event["user"]["id"])
        elif event["type"] == "member.left":
            self._members.pop(event["user"]["id"], None)

    def update_person(self, user: int, card: Card) -> None:
        """Somebody's card changed, or may have."""
        if user in self._members:
            before = self._person(user)
            self._members[user] = card
            if self._person(user) != before:
                self._changed.add(user)

    def note(self, users: frozenset[int]) -> None:
        """Something changed about these users."""
        self._changed |= users & self._members.keys()

    @property
    def is_known(self) -> bool:
        """Whether all of it was read and is kept in step: else nothing is said."""
        topics = (ONLINE, AWAY, self.topic)
        return self._loaded and self._rosters.available and all(self._rosters.is_known(topic) for topic in topics)

    def people(self) -> list[dict[str, Any]] | None:
        """Everyone who is there, or None where that is not known."""
        if not self.is_known:
            return None
        present = self._rosters.people(ONLINE) | self._rosters.people(self.topic)
        return [self._person(user) for user in present & self._members.keys()]

    def take_changes(self) -> list[dict[str, Any]]:
        """Those who changed since the last call, as they are now."""
        changed, self._changed = self._changed, set()
        return [self._person(user) for user in changed & self._members.keys()] if self.is_known else []

    def _person(self, user: int) -> dict[str, Any]:
        online, here = user in self._rosters.people(ONLINE), user in self._rosters.people(self.topic)
        card = events.beside_presence(self._members[user], is_there=online or here)
        return {**card, "online": online, "here": here, "away": user in self._rosters.people(AWAY)}
