"""Members of a room, for its sidebar: sorted by name, and found by the start of a name."""

from collections.abc import Iterator, KeysView
from typing import Any

from accounts.usernames.search_keys import beginning, search_key
from chat.permissions.acts import MEMBER

Card = dict[str, Any]  # events.person_card; in a room's sidebar also with a role other than `member`


class Members:
    def __init__(self) -> None:
        self._cards: dict[int, Card] = {}
        self._roles: dict[int, str] = {}  # except `member`
        self._by_name: list[int] | None = None  # made on demand
        self._sought: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._cards)

    def __contains__(self, user: int) -> bool:
        return user in self._cards

    def __iter__(self) -> Iterator[int]:
        if self._by_name is None:
            self._by_name = sorted(self._cards, key=lambda user: (self._cards[user]["name"].casefold(), user))
        return iter(self._by_name)

    @property
    def ids(self) -> KeysView[int]:
        return self._cards.keys()

    def card(self, user: int) -> Card:
        role = self._roles.get(user)
        return self._cards[user] | {"role": role} if role else self._cards[user]

    def set_role(self, user: int, role: str) -> None:
        self._roles.pop(user, None)
        if role != MEMBER:
            self._roles[user] = role

    def put(self, card: Card) -> None:
        user = card["id"]
        self._cards[user] = dict(card)
        self._sought[user] = search_key(card["username"], card["name"])
        self._by_name = None

    def remove(self, user: int) -> None:
        if self._cards.pop(user, None) is not None:
            del self._sought[user]
            self._roles.pop(user, None)
            self._by_name = None

    def forget_when_last_seen(self, user: int) -> None:
        """Drop the last-seen time of a user who is present: it is outdated when they leave."""
        self._cards[user].pop("last_seen", None)

    def whose_name_begins(self, text: str) -> frozenset[int]:
        """Return the members with a username, or a word of the name, that starts with `text`."""
        begun = beginning(text)
        return frozenset(user for user, key in self._sought.items() if begun in key)
