"""Lock rooms, and check permissions under the lock.

In the docstrings of services, a locked room is one with its row locked by the present transaction. The lock that
moderators set is `Room.is_locked`.
"""

from collections.abc import Iterable

from django.db import connection

from accounts.models import User
from chat.errors import NotFound
from chat.models import Membership, Message, Room
from chat.permissions.actions import ACT_OF, PersonAction, archive_refusal, refusal_in, refusal_on
from chat.permissions.actor import Actor
from chat.permissions.acts import IN_AN_ARCHIVED_ROOM, Act
from chat.permissions.roles import roles_of, target_of
from chat.runtime.database import limit_lock_wait


def locked_room(room_id: int) -> Room:
    """Return the room, locked until the transaction ends. The holder of the lock assigns its next versions.

    On SQLite the transaction itself is the lock, since it began IMMEDIATE. Raises NotFound.
    """
    try:
        return locked_rooms([room_id])[room_id]
    except KeyError:
        raise NotFound from None


def locked_rooms(room_ids: Iterable[int], *, skip_locked: bool = False) -> dict[int, Room]:
    """Return the rooms that exist, by id, locked in the order of their ids to avoid deadlocks.

    With `skip_locked`, rooms that another transaction has locked are left out. Otherwise this waits for them, but gives
    up before the caller's time-out (`limit_lock_wait`).
    """
    limit_lock_wait()
    locked = Room.objects.existing().select_for_update(skip_locked=skip_locked and _can_skip(), no_key=True)
    return {room.pk: room for room in locked.filter(pk__in=set(room_ids)).order_by("pk")}


def _can_skip() -> bool:
    return connection.features.has_select_for_update_skip_locked


def membership_for(user: User, room: Room, act: Act | None = None) -> Membership:
    """Return the membership of an active user in a locked room, if it allows `act`. Raises NotFound, Forbidden."""
    # Read under the lock, so that a removal that was committed before is seen.
    found = room.memberships.current().filter(user=user, user__is_active=True).first()
    if found is None:
        raise NotFound
    if act is not None and (refused := refusal_in(frozenset({found.role}), room, act)):
        raise refused
    return found


def authorise(by: Actor, room: Room, act: Act) -> frozenset[str]:
    """Return the roles that `by` has in a locked room, if they allow `act`.

    Administrators of the site need not be members. Raises NotFound if `by` has no role there, and Forbidden.
    """
    roles = roles_of(by, room)
    if refused := refusal_in(roles, room, act):
        raise refused
    return roles


def authorise_on(by: Actor, room: Room, action: PersonAction, user_id: int) -> User:
    """Return a user, if `by` may take this action on them in a locked room. Raises NotFound, Forbidden.

    The user need not be a member.
    """
    roles = authorise(by, room, ACT_OF[action])  # first, so that only those with the right learn which users exist
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound.person()
    if refused := refusal_on(roles, room, target_of(by, room, user), action):
        raise refused
    return user


def check_not_archived(room: Room, act: Act) -> None:
    if room.archived_at is not None and act not in IN_AN_ARCHIVED_ROOM:
        raise archive_refusal()


def message_in(room: Room, message_id: int) -> Message:
    """Return a message of a locked room, with everything that its card shows. Raises NotFound."""
    found = room.messages.for_cards().filter(pk=message_id).first()
    if found is None:
        raise NotFound.message()
    found.room = room  # the locked instance, which assigns versions
    return found
