"""Permissions of users in a room and on one another, decided from facts: nothing here reads the database.

Services ask for the refusal, under the room's lock. Pages and cards ask for the allowed actions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from chat.errors import Forbidden, NotFound, Refused
from chat.models import Room
from chat.permissions.acts import (
    IN_AN_ARCHIVED_ROOM,
    MEMBER,
    MODERATOR,
    OWNER,
    Act,
    administrators_role,
    allows,
    outranks,
)


class PersonAction(StrEnum):
    """An action on another user in a room, in the order of the buttons on a card."""

    MUTE = "mute"
    UNMUTE = "unmute"
    REMOVE = "remove"
    BAN = "ban"
    UNBAN = "unban"
    MAKE_MODERATOR = "moderator"
    MAKE_MEMBER = "member"
    TRANSFER = "transfer"
    PURGE = "purge"  # delete what they posted in the last hour


ACT_OF = {
    PersonAction.MUTE: Act.MUTE,
    PersonAction.UNMUTE: Act.MUTE,
    PersonAction.REMOVE: Act.REMOVE,
    PersonAction.BAN: Act.BAN,
    PersonAction.UNBAN: Act.BAN,
    PersonAction.MAKE_MODERATOR: Act.CHANGE_ROLES,
    PersonAction.MAKE_MEMBER: Act.CHANGE_ROLES,
    PersonAction.TRANSFER: Act.TRANSFER,
    PersonAction.PURGE: Act.DELETE_ANY,
}
ROLE_CHANGES = frozenset({PersonAction.MAKE_MODERATOR, PersonAction.MAKE_MEMBER})


@dataclass(frozen=True, slots=True)
class Target:
    """A user's standing in a room, as the target of an action.

    `role` is that of a current membership. A mute outlasts the membership, and may be older than it.
    """

    role: str | None = None
    is_active: bool = True
    is_administrator: bool = False
    is_actor: bool = False
    is_muted: bool = False
    is_banned: bool = False

    def roles_in(self, room: Room) -> frozenset[str]:
        """Return the roles that protect the target, in any session. An inactive account has none."""
        role = {self.role} if self.role and self.is_active else set()
        return frozenset(role) | (administrators_role(room) if self.is_administrator else frozenset())


def actions_in(roles: Iterable[str], room: Room) -> frozenset[Act]:
    roles = frozenset(roles)
    return frozenset(act for act in Act if refusal_in(roles, room, act) is None)


def refusal_in(roles: frozenset[str], room: Room, act: Act) -> Refused | None:
    """Return why these roles do not allow an act in a room. Without any role, the room appears not to exist."""
    if not roles:
        return NotFound()
    if room.archived_at is not None and act not in IN_AN_ARCHIVED_ROOM:
        return archive_refusal()
    return None if allows(roles, act) else Forbidden()


def archive_refusal() -> Forbidden:
    return Forbidden(_("This room is archived. You can read it, but nothing in it can be changed."))


def actions_on(roles: frozenset[str], room: Room, target: Target) -> frozenset[PersonAction]:
    """Return the allowed actions on a user in a room that would change something."""
    return frozenset(
        action
        for action in PersonAction
        if _changes(action, target) and refusal_on(roles, room, target, action) is None
    )


def refusal_on(roles: frozenset[str], room: Room, target: Target, action: PersonAction) -> Refused | None:
    if refused := refusal_in(roles, room, ACT_OF[action]):
        return refused
    if action != PersonAction.TRANSFER:  # any member may be given the room
        if target.is_actor:
            return Forbidden(_("You can’t do that to yourself."))
        if not outranks(roles, target.roles_in(room)):
            return rank_refusal()
    if not _is_there(action, target):
        return NotFound.member()
    if action in ROLE_CHANGES and target.role == OWNER:
        return Forbidden(_("A room needs an owner. Make someone else the owner first."))
    return None


def rank_refusal() -> Forbidden:
    return Forbidden(_("You can’t do that to someone with the same or a higher role."))


def _is_there(action: PersonAction, target: Target) -> bool:
    """Return whether the target is the member that the action needs, if it needs one."""
    if action == PersonAction.MUTE:
        return target.role is not None
    return action not in {*ROLE_CHANGES, PersonAction.TRANSFER} or (target.role is not None and target.is_active)


def _changes(action: PersonAction, target: Target) -> bool:
    match action:
        case PersonAction.MUTE:
            return not target.is_muted
        case PersonAction.UNMUTE:
            return target.is_muted
        case PersonAction.REMOVE:
            return target.role is not None
        case PersonAction.BAN:
            return not target.is_banned
        case PersonAction.UNBAN:
            return target.is_banned
        case PersonAction.MAKE_MODERATOR:
            return target.role != MODERATOR
        case PersonAction.MAKE_MEMBER:
            return target.role != MEMBER
        case PersonAction.TRANSFER:
            return target.role != OWNER
        case PersonAction.PURGE:
            return True
