"""Mutes: a muted member cannot write for a time. A mute outlasts leaving and joining again."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chat.errors import Invalid
from chat.models import AuditEntry, Membership
from chat.permissions.actions import PersonAction
from chat.permissions.actor import Actor
from chat.services.messages.system_messages import tell
from chat.services.messages.versions import save_standing
from chat.services.shared import audit
from chat.services.shared.locking import authorise_on, locked_room

LONGEST = timedelta(days=366)


@transaction.atomic
def mute(by: Actor, room_id: int, user_id: int, *, until: datetime, reason: str = "") -> Membership:
    """Mute a member. A new end or reason replaces the old one; the same again changes nothing.

    Raises NotFound (also for a user who is not a member), Forbidden, Invalid.
    """
    reason = audit.clean_reason(reason)
    if not timezone.now() < until < timezone.now() + LONGEST:
        raise Invalid(_("A mute must end in the future and within a year."))
    room = locked_room(room_id)
    user = authorise_on(by, room, PersonAction.MUTE, user_id)
    membership = room.memberships.of(user).get()
    membership.room, membership.user = room, user
    before = _terms(membership)
    if not before or (membership.muted_until, membership.mute_reason) != (until, reason):
        membership.muted_until, membership.mute_reason = until, reason
        save_standing(membership, "muted_until", "mute_reason")
        terms = {"until": until.isoformat()} | ({"before": before} if before else {})
        audit.record(by, AuditEntry.Act.MEMBER_MUTED, room=room, person=user, reason=reason, **terms)
        tell(room, by.user, "muted", user, reason, until=until.isoformat())
    return membership


@transaction.atomic
def unmute(by: Actor, room_id: int, user_id: int) -> None:
    room = locked_room(room_id)
    user = authorise_on(by, room, PersonAction.UNMUTE, user_id)
    # Also for a user who has left: they may come back.
    membership = room.memberships.filter(user=user).first()
    if membership is not None and membership.is_muted:
        membership.room, membership.user = room, user
        before = _terms(membership)
        membership.muted_until, membership.mute_reason = None, ""
        save_standing(membership, "muted_until", "mute_reason")
        audit.record(by, AuditEntry.Act.MEMBER_UNMUTED, room=room, person=user, before=before)
        tell(room, by.user, "unmuted", user)


def _terms(membership: Membership) -> dict[str, Any]:
    if not (membership.is_muted and membership.muted_until):
        return {}
    return {"until": membership.muted_until.isoformat(), "reason": membership.mute_reason}
