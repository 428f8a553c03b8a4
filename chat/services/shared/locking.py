"""The room's lock, and under it: may they?"""

from collections.abc import Iterable

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from chat.errors import Forbidden, NotFound
from chat.models import Membership, Message, Room
from chat.permissions.actor import Actor
from chat.permissions.acts import ADMINISTRATOR, IN_AN_ARCHIVED_ROOM, Act, administrators_role, allows, may, outranks
from chat.runtime.database import limit_lock_wait


def locked_room(room_id: int) -> Room:
    """The room, locked until the transaction ends: whoever holds it hands out its next versions. Raises NotFound.

    On SQLite the transaction itself is the lock, since it began IMMEDIATE.
    """
    try:
        return locked_rooms([room_id])[room_id]
    except KeyError:
        raise NotFound from None


def locked_rooms(room_ids: Iterable[int], *, skip_locked: bool = False) -> dict[int, Room]:
    """Return those of the rooms that exist, by id; locked in the order of their ids, so that no two transactions wait
    for each other.

    With `skip_locked`, rooms that another transaction has locked are left out. Otherwise they are waited for, but not
    for as long as the caller waits (`limit_lock_wait`).
    """
    limit_lock_wait()
    locked = Room.objects.existing().select_for_update(skip_locked=skip_locked and _can_skip(), no_key=True)
    return {room.pk: room for room in locked.filter(pk__in=set(room_ids)).order_by("pk")}


def _can_skip() -> bool:
    return connection.features.has_select_for_update_skip_locked


def membership_for(user: User, room: Room, act: Act | None = None) -> Membership:
    """The user's membership of a room that is locked, if it (and the account) stands and allows `act`.

    Read after the lock: whoever removed the user before us has committed, and is seen.
    """
    found = room.memberships.current().filter(user=user, user__is_active=True).first()
    if found is None:
        raise NotFound
    if act is not None:
        check_not_archived(room, act)
        if not may(found, act):
            raise Forbidden
    return found


def authorise(by: Actor, room: Room, act: Act, *, on: User | None = None) -> frozenset[str]:
    """The roles that `by` has in a room that is locked, where they allow `act`, and stand above those of `on`.

    Administrators of the site need not be members. Raises NotFound for whoever is neither, and Forbidden.
    """
    roles = roles_of(by, room)
    if not roles:
        raise NotFound
    check_not_archived(room, act)
    if not allows(roles, act):
        raise Forbidden
    if on is not None:
        if by.user is not None and on.pk == by.user.pk:
            raise Forbidden(_("You cannot do that to yourself."))
        if not outranks(roles, roles_on_record(on, room)):
            raise Forbidden(_("You may do that only to those whose role is below yours."))
    return roles


def authorise_on(by: Actor, room: Room, act: Act, user_id: int) -> User:
    """Whom `by` may do this to in a room that is locked, member or not. Raises NotFound, Forbidden."""
    user = User.objects.filter(pk=user_id).first()
    authorise(by, room, act, on=user)  # before they are told that there is nobody
    if user is None:
        raise NotFound.person()
    return user


def roles_of(by: Actor, room: Room) -> frozenset[str]:
    """Return the roles that `by` may use in a room: that of the member, and that of an administrator.

    The site itself is an administrator. Without a second factor, no session has that role.
    """
    if by.user is None:
        return frozenset({ADMINISTRATOR})
    roles = roles_on_record(by.user, room)
    return roles if by.may_run_the_site else roles - administrators_role(room)


def roles_on_record(user: User, room: Room) -> frozenset[str]:
    """Return the roles of a user in a room as they are stored, in whatever session. They decide who may act on them."""
    role = room.memberships.current().filter(user=user, user__is_active=True).values_list("role", flat=True)
    roles = frozenset(role)
    # In a direct conversation there is nothing to run.
    if not room.is_direct and is_administrator_on_record(user):
        roles |= administrators_role(room)
    return roles


def is_administrator(by: Actor) -> bool:
    """Return whether `by` has the rights of an administrator: by the account, and by the session."""
    if by.user is None:
        return True
    return by.may_run_the_site and is_administrator_on_record(by.user)


def is_administrator_on_record(user: User) -> bool:
    """Return whether the user is an administrator as it is stored, in whatever session."""
    return User.objects.administrators().filter(pk=user.pk).exists()


def check_administrator(by: Actor) -> None:
    """Raise NotFound for anyone without the rights of an administrator: to them, there is nothing of the site's."""
    if not is_administrator(by):
        raise NotFound


def check_not_archived(room: Room, act: Act) -> None:
    """Raise Forbidden for what may not be done in a room that is archived, if it is."""
    if room.archived_at is not None and act not in IN_AN_ARCHIVED_ROOM:
        raise Forbidden(_("This room is archived: it can be read, and nothing in it changes."))


def message_in(room: Room, message_id: int) -> Message:
    """A message of a room that is locked, with all that its card shows. Raises NotFound."""
    found = room.messages.for_cards().filter(pk=message_id).first()
    if found is None:
        raise NotFound.message()
    found.room = room  # the locked one, which hands out the versions
    return found
