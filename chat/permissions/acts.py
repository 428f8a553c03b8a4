"""Table of acts by role in a room, for services, pages and the admin alike (docs/roles.md shows it)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from chat.models import Membership, Room

OWNER, MODERATOR, MEMBER = Membership.Role.OWNER, Membership.Role.MODERATOR, Membership.Role.MEMBER
ADMINISTRATOR = "administrator"  # an administrator of the site, in a public room, member or not
# An administrator of the site in a private room: its messages and members are only for members
# (docs/decisions/0027-the-session-of-an-administrator.md).
CARETAKER = "caretaker"


class Act(StrEnum):
    POST = "post"
    POST_NOTICE = "post_notice"
    POST_ALWAYS = "post_always"
    MENTION_ROOM = "mention_room"
    REACT = "react"
    PIN = "pin"
    REPORT = "report"
    DELETE_ANY = "delete_any"
    SEE_MODERATION = "see_moderation"
    CHANGE_SETTINGS = "change_settings"
    INVITE = "invite"
    MUTE = "mute"
    REMOVE = "remove"
    BAN = "ban"
    LOCK = "lock"
    SLOW = "slow"
    CHANGE_KIND = "change_kind"
    CHANGE_ROLES = "change_roles"
    TRANSFER = "transfer"
    ARCHIVE = "archive"
    DELETE_ROOM = "delete_room"
    CHANGE_RETENTION = "change_retention"
    MAKE_DEFAULT = "make_default"


MEMBERS = frozenset({OWNER, MODERATOR, MEMBER})
MODERATORS = frozenset({OWNER, MODERATOR})
WHOEVER_MODERATES = frozenset({OWNER, MODERATOR, ADMINISTRATOR})
WHOEVER_OWNS = frozenset({OWNER, ADMINISTRATOR})
THE_SITE = frozenset({ADMINISTRATOR, CARETAKER})

# Acts of a member, such as posting, need a role in the room: administrators of the site have no extra rights there.
ROLES_FOR: dict[Act, frozenset[str]] = {
    Act.POST: MEMBERS,
    Act.POST_NOTICE: MODERATORS,
    Act.POST_ALWAYS: MODERATORS,  # in a read-only or locked room, and without the wait of slow mode
    Act.MENTION_ROOM: MODERATORS,
    Act.REACT: MEMBERS,
    Act.PIN: MEMBERS,
    Act.REPORT: MEMBERS,
    Act.DELETE_ANY: WHOEVER_MODERATES,
    Act.SEE_MODERATION: WHOEVER_MODERATES,  # its reports, bans, mutes, and its part of the audit log
    Act.CHANGE_SETTINGS: WHOEVER_MODERATES,  # name, topic, description, emoji
    Act.INVITE: WHOEVER_MODERATES,  # add people, create and revoke invite links
    Act.MUTE: WHOEVER_MODERATES,
    Act.REMOVE: WHOEVER_MODERATES,
    Act.BAN: WHOEVER_MODERATES,
    Act.LOCK: WHOEVER_MODERATES,
    Act.SLOW: WHOEVER_MODERATES,
    Act.CHANGE_KIND: WHOEVER_OWNS,  # public or private, and read-only
    Act.CHANGE_ROLES: WHOEVER_OWNS,
    Act.TRANSFER: WHOEVER_OWNS,
    Act.ARCHIVE: WHOEVER_OWNS | THE_SITE,
    Act.DELETE_ROOM: WHOEVER_OWNS | THE_SITE,
    Act.CHANGE_RETENTION: THE_SITE,
    Act.MAKE_DEFAULT: frozenset({ADMINISTRATOR}),
}

# Acts that an archived room allows: reading and reporting, and decisions about the room's future.
IN_AN_ARCHIVED_ROOM = frozenset({Act.SEE_MODERATION, Act.REPORT, Act.ARCHIVE, Act.DELETE_ROOM, Act.CHANGE_RETENTION})

_RANKS = {CARETAKER: -1, MEMBER: 0, MODERATOR: 1, OWNER: 2, ADMINISTRATOR: 3}


def administrators_role(room: Room) -> frozenset[str]:
    """Return the role that administrators of the site have in a room. In a direct conversation they have none."""
    if room.is_direct:
        return frozenset()
    return frozenset({CARETAKER if room.kind == Room.Kind.PRIVATE else ADMINISTRATOR})


def may(membership: Membership, act: Act) -> bool:
    """Return whether the member's role alone allows the act."""
    return membership.role in ROLES_FOR[act]


def allows(roles: Iterable[str], act: Act) -> bool:
    return not ROLES_FOR[act].isdisjoint(roles)


def outranks(roles: Iterable[str], others: Iterable[str]) -> bool:
    """Return whether a user with these roles may act on a user with the others, who must have a lower rank."""
    return _rank(roles) > _rank(others)


def permissions_table() -> dict[str, Any]:
    """Return the rules for browser scripts (static/chat/rules/permissions.js)."""
    return {
        "acts": {role: [act.value for act in Act if role in ROLES_FOR[act]] for role in _RANKS},
        "ranks": sorted(_RANKS, key=_RANKS.__getitem__),
        "administrators": {kind: role for kind in Room.Kind.values for role in administrators_role(Room(kind=kind))},
        "archived": sorted(IN_AN_ARCHIVED_ROOM),
    }


def _rank(roles: Iterable[str]) -> int:
    return max((_RANKS[role] for role in roles), default=-1)
