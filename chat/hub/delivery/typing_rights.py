"""Permission of a tab's user to write in the room that it shows, as far as this process knows.

It only decides whether the user is shown as typing. A post is checked against the database.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.utils import timezone

from chat.models import Room
from chat.permissions.messages import Writer, posting_block


@dataclass(slots=True)
class TypingRights:
    role: str
    muted: dict[str, Any] | None
    room: Room  # unsaved, with the settings that matter here

    @classmethod
    def of(cls, listed: dict[str, Any]) -> Self:
        return cls(listed["role"], listed.get("muted"), _room_with(listed))

    def follow(self, event: dict[str, Any]) -> None:
        if event["type"] == "room.changed":
            self.room = _room_with(event["settings"])
        else:
            self.role, self.muted = event["role"], event.get("muted")

    @property
    def may_write(self) -> bool:
        return posting_block(Writer(frozenset({self.role}), is_muted=self._is_muted), self.room) is None

    @property
    def _is_muted(self) -> bool:
        return self.muted is not None and datetime.fromisoformat(self.muted["until"]) > timezone.now()


def _room_with(settings: dict[str, Any]) -> Room:
    return Room(
        kind=settings["kind"],
        is_locked=settings.get("locked", False),
        is_read_only=settings.get("read_only", False),
        archived_at=timezone.now() if settings.get("archived") else None,
    )
