"""What is done to a member from the page of members."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat.models import Membership, Room
from chat.permissions.actor import Actor
from chat.permissions.acts import MEMBER, MODERATOR, OWNER, Act, administrators_role, allows, outranks
from chat.services.moderation import moderation, roles
from chat.services.shared.locking import roles_of


class MemberAct(NamedTuple):
    words: Promise
    needs: Act
    do: Callable[[Actor, int, int, str], None]


def _make(role: str) -> Callable[[Actor, int, int, str], None]:
    return lambda by, room_id, user_id, reason: roles.set_role(by, room_id, user_id, role)


def _make_owner(by: Actor, room_id: int, user_id: int, reason: str) -> None:
    roles.transfer(by, room_id, user_id)


def _remove(by: Actor, room_id: int, user_id: int, reason: str) -> None:
    moderation.remove_member(by, room_id, user_id, reason=reason)


ACTS: dict[str, MemberAct] = {
    MODERATOR: MemberAct(_("Make moderator"), Act.CHANGE_ROLES, _make(MODERATOR)),
    MEMBER: MemberAct(_("Make member"), Act.CHANGE_ROLES, _make(MEMBER)),
    OWNER: MemberAct(_("Make owner"), Act.TRANSFER, _make_owner),
    "remove": MemberAct(_("Remove from the room"), Act.REMOVE, _remove),
}


def acts_on(
    by: Actor, room: Room, members: Iterable[Membership]
) -> list[tuple[Membership, list[tuple[str, MemberAct]]]]:
    """Each member with what `by` may do to them."""
    own, listed = roles_of(by, room), list(members)
    people = User.objects.administrators().filter(pk__in=[member.user_id for member in listed])
    administrators = set(people.values_list("pk", flat=True))

    def may(name: str, act: MemberAct, member: Membership) -> bool:
        """The room may be handed on to anybody; all else is done to those below, and never to the owner's role."""
        if name == member.role or room.archived_at or not allows(own, act.needs):
            return False
        theirs = {member.role} | (administrators_role(room) if member.user_id in administrators else set())
        is_below = member.user != by.user and outranks(own, theirs)
        return name == OWNER or (is_below and not (member.role == OWNER and name != "remove"))

    return [(member, [(name, act) for name, act in ACTS.items() if may(name, act, member)]) for member in listed]
