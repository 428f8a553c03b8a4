"""Statuses of this process's users, as presence and their tabs were told."""

import time
from collections.abc import Callable
from typing import Any

from chat.models import Status
from chat.protocol import events
from presence.tracker import Tracker

UserState = dict[str, Any]  # events.person_state


class People:
    """The users with a connection here. `tell(user, event)` sends an event to their tabs."""

    def __init__(self, tracker: Tracker, tell: Callable[[int, events.Event], None]) -> None:
        self._tracker = tracker
        self._tell = tell
        self._known: dict[int, UserState] = {}
        self.checked = time.monotonic()
        """The time of the last query for changed people, monotonic."""

    def welcome(self, person: UserState) -> None:
        """Note a user who connects. Presence gets the status before it gets the connection."""
        user = person["card"]["id"]
        self._known.setdefault(user, person)
        self.update(person)
        self._tell_presence(user)

    def update(self, person: UserState) -> None:
        """Apply a person state, if it is not older than the known one."""
        user = person["card"]["id"]
        known = self._known.get(user)
        if known is None or known["changed"] > person["changed"]:
            return
        self._known[user] = person
        if known != person:
            self._tell_presence(user)  # another hub may have told it of a state in between
        if known["status"] != person["status"]:
            self._tell(user, events.status_changed(person["status"]))

    def forget(self, user: int) -> None:
        self._known.pop(user, None)

    def status_of(self, user: int) -> dict[str, Any]:
        status: dict[str, Any] = self._known[user]["status"]
        return status

    def profile_of(self, user: int) -> tuple[str, str] | None:
        """Return the display name and the file of the picture, or None before the user is known here."""
        known = self._known.get(user)
        return (known["profile"]["display_name"], known["profile"]["picture"]) if known else None

    def is_hidden(self, user: int) -> bool:
        return bool(self.status_of(user)["mode"] == Status.Mode.INVISIBLE)

    def act(self, user: int) -> None:
        """Note a visible action, which shows that an invisible user is there."""
        if user in self._known and self.is_hidden(user):
            self._tracker.act(user)

    def _tell_presence(self, user: int) -> None:
        """Send the status with the time of its change, so that a hub that sends late does not undo a later change."""
        mode, changed = self.status_of(user)["mode"], self._known[user]["changed"]
        hidden, away = mode == Status.Mode.INVISIBLE, mode == Status.Mode.AWAY
        self._tracker.set_state(user, hidden=hidden, away=away, version=changed)
