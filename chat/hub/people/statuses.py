"""What this process's people decided about how others see them, as presence and their tabs were told."""

import time
from collections.abc import Callable
from typing import Any

from chat.models import Status
from chat.protocol import events
from presence.tracker import Tracker

UserState = dict[str, Any]  # events.person_state


class People:
    """Whoever has a connection here. `tell(user, event)` hands an event to their tabs."""

    def __init__(self, tracker: Tracker, tell: Callable[[int, events.Event], None]) -> None:
        self._tracker = tracker
        self._tell = tell
        self._known: dict[int, UserState] = {}
        self.checked = time.monotonic()
        """When the database was last asked who changed."""

    def welcome(self, person: UserState) -> None:
        """Somebody connects: presence hears how they are before it hears of the connection."""
        user = person["card"]["id"]
        self._known.setdefault(user, person)
        self.update(person)
        self._tell_presence(user)

    def update(self, person: UserState) -> None:
        """Somebody changed, or may have. What is older than what is known changes nothing."""
        user = person["card"]["id"]
        known = self._known.get(user)
        if known is None or known["changed"] > person["changed"]:
            return
        self._known[user] = person
        if known != person:
            self._tell_presence(user)  # which may have heard of one between these two from another hub
        if known["status"] != person["status"]:
            self._tell(user, events.status_changed(person["status"]))

    def forget(self, user: int) -> None:
        """The last of their connections has closed."""
        self._known.pop(user, None)

    def status_of(self, user: int) -> dict[str, Any]:
        """Their own, as their tabs were told."""
        status: dict[str, Any] = self._known[user]["status"]
        return status

    def profile_of(self, user: int) -> tuple[str, str] | None:
        """Their display name, and the file of their picture; None of somebody who is not connected, or not yet."""
        known = self._known.get(user)
        return (known["profile"]["display_name"], known["profile"]["picture"]) if known else None

    def is_hidden(self, user: int) -> bool:
        return bool(self.status_of(user)["mode"] == Status.Mode.INVISIBLE)

    def act(self, user: int) -> None:
        """Others see something that the user does."""
        if user in self._known and self.is_hidden(user):
            self._tracker.act(user)

    def _tell_presence(self, user: int) -> None:
        """By the time of the change, so that a hub that could not say it in time does not undo a later one."""
        mode, changed = self.status_of(user)["mode"], self._known[user]["changed"]
        hidden, away = mode == Status.Mode.INVISIBLE, mode == Status.Mode.AWAY
        self._tracker.set_state(user, hidden=hidden, away=away, version=changed)
