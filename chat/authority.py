"""Who may do what in a room: one table, read by services alone."""

from enum import StrEnum

from chat.models import Membership

OWNER, MODERATOR, MEMBER = Membership.Role.OWNER, Membership.Role.MODERATOR, Membership.Role.MEMBER


class Act(StrEnum):
    POST = "post, and change what one has posted"
    POST_NOTICE = "post a notice"
    MENTION_ROOM = "mention everyone in the room"
    REACT = "react to a message"
    PIN = "pin a message"
    DELETE_ANY = "delete what others have posted"
    CHANGE_SETTINGS = "change the room's settings"


ROLES_FOR: dict[Act, frozenset[str]] = {
    Act.POST: frozenset({OWNER, MODERATOR, MEMBER}),
    Act.POST_NOTICE: frozenset({OWNER, MODERATOR}),
    Act.MENTION_ROOM: frozenset({OWNER, MODERATOR}),
    Act.REACT: frozenset({OWNER, MODERATOR, MEMBER}),
    Act.PIN: frozenset({OWNER, MODERATOR, MEMBER}),
    Act.DELETE_ANY: frozenset({OWNER, MODERATOR}),
    Act.CHANGE_SETTINGS: frozenset({OWNER, MODERATOR}),
}


def may(membership: Membership, act: Act) -> bool:
    return membership.role in ROLES_FOR[act]
