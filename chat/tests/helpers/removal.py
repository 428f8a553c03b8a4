"""Messages and log entries, for tests of removal."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from chat.models import AuditEntry, Message, Room
from chat.services.messages import posting

LONG_AGO = timedelta(days=40)


def say(author: User, room: Room, body: str = "Hello", *, ago: timedelta = timedelta(), **details: Any) -> Message:
    at = timezone.now() - ago
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), created_at=at, **details)


def no_rest(seconds: float) -> None:
    """Skip the pause between two batches, since no posts wait for it."""


def acts(act: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(act=act))


def bodies(room: Room) -> list[str]:
    return list(room.messages.said().order_by("position").values_list("body", flat=True))
