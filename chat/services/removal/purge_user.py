"""Deletion of a user's messages: in a room in the last hour, or everywhere."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from accounts.models import User
from chat.models import AuditEntry, Removal
from chat.permissions.actions import PersonAction
from chat.services.messages.system_messages import tell
from chat.services.removal.queue import go_on, posts_of
from chat.services.shared import audit
from chat.services.shared.locking import authorise_on, locked_room

if TYPE_CHECKING:
    from chat.permissions.actor import Actor

PURGED = timedelta(hours=1)
AT_ONCE = 200  # messages; mostly there are no more


@transaction.atomic
def purge(by: "Actor", room_id: int, user_id: int, *, reason: str = "") -> int:
    """Delete all that a user posted in a room in the last hour. Returns the number of messages.

    The first of them go at once, the rest from the queue. Raises NotFound, Forbidden, Invalid.
    """
    reason = audit.clean_reason(reason)
    room = locked_room(room_id)
    user = authorise_on(by, room, PersonAction.PURGE, user_id)
    removal, count = _all_posts(user, by, reason, room_id=room.pk, since=timezone.now() - PURGED)
    if count:
        audit.record(by, AuditEntry.Act.MESSAGES_PURGED, room=room, person=user, reason=reason, count=count)
        removal.save()
        go_on(removal, AT_ONCE)
        room.refresh_from_db(fields=["version"])
        tell(room, by.user, "purged", user, reason, count=count)
    return count


@transaction.atomic
def queue_all_of(by: "Actor", user: User, reason: str) -> Removal:
    removal, count = _all_posts(user, by, reason)
    audit.record(by, AuditEntry.Act.MESSAGES_PURGED, person=user, reason=reason, count=count)
    removal.save()
    return removal


def _all_posts(user: User, by: "Actor", reason: str, **which: Any) -> tuple[Removal, int]:
    """Return a removal of these messages, not yet saved, and their number. Later messages are not included."""
    removal = Removal(kind=Removal.Kind.POSTS, user=user, by=by.user, reason=reason, **which)
    found = posts_of(removal).aggregate(count=Count("pk"), first=Min("pk"), last=Max("pk"))
    removal.reached, removal.up_to = (found["first"] or 1) - 1, found["last"] or 0
    return removal, found["count"]
