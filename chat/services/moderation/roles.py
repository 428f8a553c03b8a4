"""Roles in a room: its moderators and its owner. Changing them raises NotFound, Forbidden, Invalid."""

from django.db import transaction

from chat.errors import Invalid
from chat.models import AuditEntry, Membership, Room
from chat.permissions.actions import PersonAction
from chat.permissions.actor import Actor
from chat.permissions.acts import MEMBER, MODERATOR, OWNER
from chat.services.messages.system_messages import tell
from chat.services.messages.versions import save_standing
from chat.services.shared import audit
from chat.services.shared.locking import authorise_on, locked_room


@transaction.atomic
def set_role(by: Actor, room_id: int, user_id: int, role: str) -> None:
    if role not in (MODERATOR, MEMBER):
        raise Invalid
    room = locked_room(room_id)
    action = PersonAction.MAKE_MODERATOR if role == MODERATOR else PersonAction.MAKE_MEMBER
    user = authorise_on(by, room, action, user_id)
    membership = _membership(room, user.pk)
    before = membership.role
    if role != before:
        membership.role = role
        save_standing(membership, "role")
        audit.record(by, AuditEntry.Act.ROLE_CHANGED, room=room, person=user, role=role, before=before)
        tell(room, by.user, "role", user, role=role)


@transaction.atomic
def transfer(by: Actor, room_id: int, user_id: int) -> None:
    room = locked_room(room_id)
    new = _membership(room, authorise_on(by, room, PersonAction.TRANSFER, user_id).pk)
    if new.role == OWNER:
        return
    before = list(room.memberships.current().filter(role=OWNER).select_related("user"))
    for old in before:
        old.room, old.role = room, MODERATOR
        save_standing(old, "role")
    # Only an administrator could unmute an owner.
    new.role, new.muted_until, new.mute_reason = OWNER, None, ""
    save_standing(new, "role", "muted_until", "mute_reason")
    names = [old.user.username for old in before]
    audit.record(by, AuditEntry.Act.ROOM_TRANSFERRED, room=room, person=new.user, before=names)
    tell(room, by.user, "owner", new.user)


def _membership(room: Room, user_id: int) -> Membership:
    found = room.memberships.current().select_related("user").get(user=user_id)
    found.room = room
    return found
