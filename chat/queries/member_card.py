"""Standing of a user in a room, for a member who looks at their card there."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from chat.models import Room
from chat.permissions.actions import ROLE_CHANGES, PersonAction, actions_on
from chat.permissions.actor import Actor
from chat.permissions.acts import CARETAKER, Act, allows
from chat.permissions.roles import roles_of, target_from
from chat.protocol.events import muted

Standing = dict[str, Any]  # docs/protocol.md

# Actions on a card. Both changes of the role are one offer.
OFFERS: dict[str, frozenset[PersonAction]] = {
    "mute": frozenset({PersonAction.MUTE}),
    "unmute": frozenset({PersonAction.UNMUTE}),
    "remove": frozenset({PersonAction.REMOVE}),
    "ban": frozenset({PersonAction.BAN}),
    "unban": frozenset({PersonAction.UNBAN}),
    "role": ROLE_CHANGES,
    "transfer": frozenset({PersonAction.TRANSFER}),
}


def room_seen_by(by: Actor, room_id: int) -> tuple[Room, frozenset[str]] | None:
    """Return a room and the viewer's roles, or None. The role of an administrator alone opens no private room."""
    room = Room.objects.existing().filter(pk=room_id).first()
    roles = roles_of(by, room) if room else frozenset()
    return (room, roles) if room and roles - {CARETAKER} else None


def people_of(room: Room) -> QuerySet[User]:
    """Return the users who are or were members, or are banned: moderators of the room know them."""
    return User.objects.filter(
        Q(pk__in=room.memberships.values("user")) | Q(pk__in=room.bans.in_force().values("user"))
    )


def standing_in(by: Actor, room: Room, roles: frozenset[str], person: User) -> Standing:
    """Return the role. Viewers who see moderation also get the mute, the ban, and the actions that they may take."""
    membership = room.memberships.filter(user=person).first()
    standing: Standing = {"role": membership.role if membership and membership.left_at is None else None}
    if not allows(roles, Act.SEE_MODERATION):
        return standing
    ban = room.bans.of(person).first()
    standing["muted"] = muted(membership) if membership else None
    standing["banned"] = {"until": ban.until, "reason": ban.reason} if ban else None
    actions = actions_on(roles, room, target_from(by, person, membership, is_banned=ban is not None))
    return standing | {"acts": [name for name, some in OFFERS.items() if actions & some]}
