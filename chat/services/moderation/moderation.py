"""Moderation of a room: its members, their messages, and the room itself.

Each act is authorised under the room's lock, recorded in the audit log, and announced in the room with who did it and
why. Repeating an act changes nothing. All raise NotFound and Forbidden, and Invalid for a bad argument. Mutes are in
mutes.py, roles in roles.py.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chat import broadcasts
from chat.errors import Invalid, NotFound
from chat.models import AuditEntry, Ban, Membership, Message, Room
from chat.permissions.actions import PersonAction
from chat.permissions.actor import Actor
from chat.permissions.acts import Act
from chat.permissions.messages import MessageAction, MessageState, Writer, refusal_on_message
from chat.permissions.roles import roles_of, target_of
from chat.services.messages import editing
from chat.services.messages.system_messages import tell
from chat.services.rooms.membership import end
from chat.services.shared import audit
from chat.services.shared.locking import authorise, authorise_on, locked_room, message_in

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_BAN = timedelta(days=3660)  # a longer ban has no end
SLOWEST = 3600  # seconds between two posts of a member
FIRST_WORDS = 100  # characters of a deleted message that the audit log keeps


# -- People ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def remove_member(by: Actor, room_id: int, user_id: int, *, reason: str = "") -> None:
    """End a membership; the user may join again. For a user who is not a member, nothing changes."""
    reason = audit.clean_reason(reason)
    room = locked_room(room_id)
    user = authorise_on(by, room, PersonAction.REMOVE, user_id)
    if _show_out(room, user, Membership.Ending.REMOVED, by, reason):
        audit.record(by, AuditEntry.Act.MEMBER_REMOVED, room=room, person=user, reason=reason)
        tell(room, by.user, "removed", user, reason)


@transaction.atomic
def ban(by: Actor, room_id: int, user_id: int, *, reason: str = "", until: datetime | None = None) -> Ban:
    """Ban a user, member or not, until a time or permanently. A new end or reason replaces the old one."""
    reason = audit.clean_reason(reason)
    if until and not timezone.now() < until < timezone.now() + LONGEST_BAN:
        raise Invalid(_("A ban must end in the future and within ten years, or never."))
    room = locked_room(room_id)
    user = authorise_on(by, room, PersonAction.BAN, user_id)
    old = room.bans.of(user).first()
    if old and (old.until, old.reason) == (until, reason):
        return old
    kept = _keep_out(room, user, {"by": by.user, "reason": reason, "until": until}, old)
    was_member = _show_out(room, user, Membership.Ending.BANNED, by, reason)
    terms: dict[str, Any] = {"until": _iso(until), "was_member": was_member}
    if old:
        terms["before"] = _terms(old)
    audit.record(by, AuditEntry.Act.MEMBER_BANNED, room=room, person=user, reason=reason, **terms)
    tell(room, by.user, "banned", user, reason, **({"until": _iso(until)} if until else {}))
    return kept


@transaction.atomic
def unban(by: Actor, room_id: int, user_id: int) -> None:
    room = locked_room(room_id)
    user = authorise_on(by, room, PersonAction.UNBAN, user_id)
    old = room.bans.of(user).first()
    if old:
        old.delete()
        audit.record(by, AuditEntry.Act.MEMBER_UNBANNED, room=room, person=user, before=_terms(old))
        tell(room, by.user, "unbanned", user)


def _terms(ban: Ban) -> dict[str, Any]:
    return {"until": _iso(ban.until), "reason": ban.reason}


def _show_out(room: Room, user: "User", ending: Membership.Ending, by: Actor, reason: str) -> bool:
    membership = room.memberships.of(user).first()
    if membership is None:
        return False
    membership.room, membership.user = room, user
    end(room, membership, ending, by.user, reason, by.address)
    return True


def _keep_out(room: Room, user: "User", terms: dict[str, Any], old: Ban | None) -> Ban:
    # A user has one ban per room: a new one replaces one that has ended, and changes one that is in force.
    if old is None:
        room.bans.filter(user=user).delete()
    kept, _created = room.bans.update_or_create(user=user, defaults=terms)
    return kept


# -- What they post ----------------------------------------------------------------------------------------------------


@transaction.atomic
def delete_message(by: Actor, room_id: int, message_id: int, *, reason: str = "") -> Message:
    """Leave a tombstone of a message. Only another user's message gets an entry in the audit log."""
    reason = audit.clean_reason(reason)
    room = locked_room(room_id)
    roles = roles_of(by, room)
    if not roles:
        raise NotFound
    message = message_in(room, message_id)
    state = MessageState.of(message, by.user, target_of(by, room, message.author))
    if refused := refusal_on_message(Writer(roles), room, state, MessageAction.DELETE):
        raise refused
    if by.user is not None and state.is_own:
        return editing.delete_own_message(by.user, room_id, message_id)
    if message.is_deleted:
        return message
    words = {"message": message.pk, "words": message.body[:FIRST_WORDS]}
    audit.record(by, AuditEntry.Act.MESSAGE_DELETED, room=room, person=message.author, reason=reason, **words)
    return editing.leave_tombstone(message, by.user)


# -- The room ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def lock(by: Actor, room_id: int, *, reason: str = "") -> None:
    reason = audit.clean_reason(reason)
    room = locked_room(room_id)
    authorise(by, room, Act.LOCK)
    if not room.is_locked:
        _set(room, "is_locked", True)
        audit.record(by, AuditEntry.Act.ROOM_LOCKED, room=room, reason=reason)
        tell(room, by.user, "locked", reason=reason)


@transaction.atomic
def unlock(by: Actor, room_id: int) -> None:
    room = locked_room(room_id)
    authorise(by, room, Act.LOCK)
    if room.is_locked:
        _set(room, "is_locked", False)
        audit.record(by, AuditEntry.Act.ROOM_UNLOCKED, room=room)
        tell(room, by.user, "unlocked")


@transaction.atomic
def set_slow(by: Actor, room_id: int, seconds: int) -> None:
    """Make members wait this long between two posts; 0 turns slow mode off."""
    room = locked_room(room_id)
    authorise(by, room, Act.SLOW)
    if not 0 <= seconds <= SLOWEST:
        raise Invalid(_("Slow mode can be at most %(limit)d seconds.") % {"limit": SLOWEST})
    before = room.slow_seconds
    if seconds != before:
        _set(room, "slow_seconds", seconds)
        audit.record(by, AuditEntry.Act.ROOM_SLOWED, room=room, seconds=seconds, before=before)
        tell(room, by.user, "slow", seconds=seconds)


def _set(room: Room, name: str, value: bool | int) -> None:
    setattr(room, name, value)
    room.settings_version = room.next_version()
    room.save(update_fields=[name, "settings_version", "version"])
    broadcasts.room_changed(room)


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
