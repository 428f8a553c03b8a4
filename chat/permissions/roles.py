"""Roles of users in rooms, as stored in the database."""

from collections.abc import Iterable

from accounts.models import User
from chat.errors import NotFound
from chat.models import Membership, Room
from chat.permissions.actions import Target
from chat.permissions.actor import Actor
from chat.permissions.acts import ADMINISTRATOR, MODERATORS, administrators_role


def roles_of(by: Actor, room: Room) -> frozenset[str]:
    """Return the roles that `by` may use in a room: that of the member, and that of an administrator.

    The site itself is an administrator. A session without a second factor does not have that role.
    """
    if by.user is None:
        return frozenset({ADMINISTRATOR})
    role = room.memberships.current().filter(user=by.user, user__is_active=True).values_list("role", flat=True)
    of_administrators = administrators_role(room)
    return frozenset(role) | (of_administrators if of_administrators and is_administrator(by) else frozenset())


def is_administrator(by: Actor) -> bool:
    if by.user is None:
        return True
    return by.may_run_the_site and is_administrator_on_record(by.user)


def is_administrator_on_record(user: User) -> bool:
    """Return whether the user's account is an administrator's, in any session."""
    return User.objects.administrators().filter(pk=user.pk).exists()


def check_administrator(by: Actor) -> None:
    """Raise NotFound for anyone without administrator rights: to them the site's pages do not exist."""
    if not is_administrator(by):
        raise NotFound


def ranks_in(room: Room) -> dict[int, str]:
    """Return the protecting roles of users who rank above members. All other users rank as members."""
    above = room.memberships.current().filter(role__in=MODERATORS, user__is_active=True)
    ranks = dict(above.values_list("user_id", "role"))
    if ADMINISTRATOR in administrators_role(room):
        ranks |= dict.fromkeys(User.objects.administrators().values_list("pk", flat=True), ADMINISTRATOR)
    return ranks


def target_of(by: Actor, room: Room, user: User) -> Target:
    """Read a user's standing in a room, member or not. The user must have been read just now."""
    membership = room.memberships.filter(user=user).first()
    return target_from(by, user, membership, is_banned=room.bans.of(user).exists())


def targets_of(by: Actor, members: Iterable[Membership]) -> list[Target]:
    """Return the standing of members, who must be read with their users. Members are never banned."""
    return [target_from(by, member.user, member, is_banned=False) for member in members]


def target_from(by: Actor, user: User, membership: Membership | None, *, is_banned: bool) -> Target:
    is_member = membership is not None and membership.left_at is None
    return Target(
        role=membership.role if membership and is_member else None,
        is_active=user.is_active,
        is_administrator=user.is_staff and user.is_active,
        is_actor=by.user is not None and by.user.pk == user.pk,
        is_muted=membership is not None and membership.is_muted,
        is_banned=is_banned,
    )
