"""Lock rooms, and check permissions under the lock."""

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
    if act is not None and (refused := refusal_in(frozenset({found.role}), room, act)):
        raise refused
    return found


def authorise(by: Actor, room: Room, act: Act) -> frozenset[str]:
    """Return the roles that `by` has in a room that is locked, where they allow `act`.

    Administrators of the site need not be members. Raises NotFound for anyone who is neither, and Forbidden.
    """
    roles = roles_of(by, room)
    if refused := refusal_in(roles, room, act):
        raise refused
    return roles


def authorise_on(by: Actor, room: Room, action: PersonAction, user_id: int) -> User:
    """Return the user to whom `by` may do this in a room that is locked, member or not. Raises NotFound, Forbidden."""
    roles = authorise(by, room, ACT_OF[action])  # before they are told that there is nobody
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound.person()
    if refused := refusal_on(roles, room, target_of(by, room, user), action):
        raise refused
    return user


def check_not_archived(room: Room, act: Act) -> None:
    """Raise Forbidden for what may not be done in a room that is archived, if it is."""
    if room.archived_at is not None and act not in IN_AN_ARCHIVED_ROOM:
        raise archive_refusal()


def message_in(room: Room, message_id: int) -> Message:
    """A message of a room that is locked, with all that its card shows. Raises NotFound."""
    found = room.messages.for_cards().filter(pk=message_id).first()
    if found is None:
        raise NotFound.message()
    found.room = room  # the locked one, which hands out the versions
    return found
