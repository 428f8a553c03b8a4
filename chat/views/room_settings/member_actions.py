"""Actions on a member, as the members page offers them."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.models import Membership, Room
from chat.permissions.actions import PersonAction, actions_on
from chat.permissions.actor import Actor
from chat.permissions.acts import MEMBER, MODERATOR, OWNER
from chat.permissions.roles import roles_of, targets_of
from chat.services.moderation import moderation, roles


class MemberAct(NamedTuple):
    words: Promise
    action: PersonAction
    do: Callable[[Actor, int, int, str], None]


def _make(role: str) -> Callable[[Actor, int, int, str], None]:
    return lambda by, room_id, user_id, reason: roles.set_role(by, room_id, user_id, role)


def _make_owner(by: Actor, room_id: int, user_id: int, reason: str) -> None:
    roles.transfer(by, room_id, user_id)


def _remove(by: Actor, room_id: int, user_id: int, reason: str) -> None:
    moderation.remove_member(by, room_id, user_id, reason=reason)


ACTS: dict[str, MemberAct] = {
    MODERATOR: MemberAct(_("Make moderator"), PersonAction.MAKE_MODERATOR, _make(MODERATOR)),
    MEMBER: MemberAct(_("Make member"), PersonAction.MAKE_MEMBER, _make(MEMBER)),
    OWNER: MemberAct(_("Make owner"), PersonAction.TRANSFER, _make_owner),
    "remove": MemberAct(_("Remove from room"), PersonAction.REMOVE, _remove),
}


def acts_on(
    by: Actor, room: Room, members: Iterable[Membership]
) -> list[tuple[Membership, list[tuple[str, MemberAct]]]]:
    own, listed = roles_of(by, room), list(members)
    allowed = [actions_on(own, room, target) for target in targets_of(by, listed)]
    return [
        (member, [(name, act) for name, act in ACTS.items() if act.action in actions])
        for member, actions in zip(listed, allowed, strict=True)
    ]
