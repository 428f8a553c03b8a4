"""Audit log: each administrative act is recorded in the transaction that performs it."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from chat.errors import Invalid
from chat.models import AuditEntry, Room
from chat.models.membership import REASON_LENGTH
from chat.permissions.actor import Actor
from chat.services.shared.validation import check_can_be_seen

if TYPE_CHECKING:
    from accounts.models import User


def record(
    by: Actor, act: str, *, room: Room | None = None, person: "User | None" = None, reason: str = "", **details: Any
) -> None:
    """Record what `by` does. `details` are JSON values, such as a value before the change."""
    AuditEntry.objects.create(
        act=act,
        actor_id=by.user.pk if by.user else None,
        actor_name=by.user.username if by.user else "",
        address=by.address,
        room_id=room.pk if room else None,
        room_name=str(room)[:80] if room else "",
        person_id=person.pk if person else None,
        person_name=person.username if person else "",
        reason=reason,
        details=details,
    )


def clean_reason(reason: str) -> str:
    reason = " ".join(reason.replace("\0", "").split())
    if len(reason) > REASON_LENGTH:
        raise Invalid(_("A reason can have at most %(limit)d characters.") % {"limit": REASON_LENGTH})
    check_can_be_seen(reason, _("A reason needs at least one visible character."))
    return reason
