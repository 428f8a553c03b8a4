"""Who may do what in a room: one table, read by services alone."""

from enum import StrEnum

from chat.models import Membership

OWNER, MODERATOR, MEMBER = Membership.Role.OWNER, Membership.Role.MODERATOR, Membership.Role.MEMBER


class Act(StrEnum):
    POST = "post"
    POST_NOTICE = "post a notice"
    CHANGE_SETTINGS = "change the room's settings"


ROLES_FOR: dict[Act, frozenset[str]] = {
    Act.POST: frozenset({OWNER, MODERATOR, MEMBER}),
    Act.POST_NOTICE: frozenset({OWNER, MODERATOR}),
    Act.CHANGE_SETTINGS: frozenset({OWNER, MODERATOR}),
}


def may(membership: Membership, act: Act) -> bool:
    return membership.role in ROLES_FOR[act]
