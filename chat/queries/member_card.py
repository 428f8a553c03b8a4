"""How somebody stands in a room, for whoever looks at their card there."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from chat.models import Room
from chat.permissions.actor import Actor
from chat.permissions.acts import CARETAKER, IN_AN_ARCHIVED_ROOM, OWNER, Act, allows, outranks
from chat.protocol.events import muted
from chat.services.shared.locking import roles_of, roles_on_record

Standing = dict[str, Any]  # docs/protocol.md


def room_seen_by(by: Actor, room_id: int) -> tuple[Room, frozenset[str]] | None:
    """A room in which the viewer has any role, and their roles. Administrators look into no private room."""
    room = Room.objects.existing().filter(pk=room_id).first()
    roles = roles_of(by, room) if room else frozenset()
    return (room, roles) if room and roles - {CARETAKER} else None


def people_of(room: Room) -> QuerySet[User]:
    """Whoever is or was a member, or is banned: those who run the room know them."""
    return User.objects.filter(
        Q(pk__in=room.memberships.values("user")) | Q(pk__in=room.bans.in_force().values("user"))
    )


def standing_in(room: Room, roles: frozenset[str], viewer: User, person: User) -> Standing:
    """Their role; and for those who see moderation, also how it concerns them, and what the viewer may do to them."""
    membership = room.memberships.filter(user=person).first()
    is_member = membership is not None and membership.left_at is None
    standing: Standing = {"role": membership.role if membership and is_member else None}
    if not allows(roles, Act.SEE_MODERATION):
        return standing
    ban = room.bans.of(person).first()
    standing["muted"] = muted(membership) if membership else None
    standing["banned"] = {"until": ban.until, "reason": ban.reason} if ban else None
    fitting = _fitting(is_member, is_muted=standing["muted"] is not None, is_banned=ban is not None)
    allowed = _allowed(room, roles, viewer, person)
    return standing | {"acts": [name for name, act in fitting.items() if act in allowed]}


def _fitting(is_member: bool, *, is_muted: bool, is_banned: bool) -> dict[str, Act]:
    """What there is to be done to somebody who stands so."""
    fitting = {"unmute": Act.MUTE} if is_muted else {"mute": Act.MUTE} if is_member else {}
    if is_member:
        fitting |= {"remove": Act.REMOVE}
    fitting |= {"unban" if is_banned else "ban": Act.BAN}
    return fitting | ({"role": Act.CHANGE_ROLES, "transfer": Act.TRANSFER} if is_member else {})


def _allowed(room: Room, roles: frozenset[str], viewer: User, person: User) -> set[Act]:
    theirs = roles_on_record(person, room)
    is_above = viewer != person and outranks(roles, theirs)
    allowed = {act for act in Act if allows(roles, act) and (is_above or act == Act.TRANSFER)}
    if OWNER in theirs:
        allowed -= {Act.TRANSFER, Act.CHANGE_ROLES}  # there is always one
    return allowed if room.archived_at is None else allowed & IN_AN_ARCHIVED_ROOM
