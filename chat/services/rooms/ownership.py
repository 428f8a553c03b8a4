"""Succession: a room that loses its owner gets another."""

from chat import broadcasts
from chat.models import AuditEntry, Membership, Room
from chat.permissions.actor import Actor
from chat.services.messages.system_messages import tell
from chat.services.shared import audit


def succeed(room: Room, former: Membership, by: Actor) -> None:
    """Make the oldest moderator, or else the oldest member, the owner of a locked room.

    A room without members stays as it is.
    """
    left = room.memberships.current().filter(user__is_active=True).select_related("user")
    # By name, the role of moderators comes after that of members.
    heir = left.order_by("-role", "joined_at", "pk").first()
    if heir is None:
        return
    heir.role, heir.version = Membership.Role.OWNER, room.next_version()
    heir.save(update_fields=["role", "version"])
    room.save(update_fields=["version"])
    broadcasts.member_changed(heir)
    tell(room, by.user, "owner", heir.user)
    was = former.user.username
    audit.record(by, AuditEntry.Act.ROOM_TRANSFERRED, room=room, person=heir.user, before=was, after=heir.user.username)
