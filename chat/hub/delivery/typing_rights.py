"""Whether the person of a tab may write in the room that it shows, as this process was told.

It decides who is seen typing, and nothing else: a post is judged by what is stored.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.utils import timezone

from chat.permissions.acts import ROLES_FOR, Act

CLOSED = ("archived", "locked", "read_only")


@dataclass(slots=True)
class Voice:
    role: str
    muted: dict[str, Any] | None
    settings: dict[str, Any]

    @classmethod
    def of(cls, listed: dict[str, Any]) -> Self:
        return cls(listed["role"], listed.get("muted"), listed)

    def follow(self, event: dict[str, Any]) -> None:
        """A numbered event of the room, about the person or about the room itself."""
        if event["type"] == "room.changed":
            self.settings = event["settings"]
        else:
            self.role, self.muted = event["role"], event.get("muted")

    @property
    def may_write(self) -> bool:
        if self.settings.get("archived") or self._is_muted:
            return False
        return self.role in ROLES_FOR[Act.POST_ALWAYS] or not any(self.settings.get(name) for name in CLOSED)

    @property
    def _is_muted(self) -> bool:
        return self.muted is not None and datetime.fromisoformat(self.muted["until"]) > timezone.now()
