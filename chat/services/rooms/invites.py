"""Ways for others into a room: adding people, and invite links.

A link is shown once. Only a digest of its token is stored, and the digest admits no one.
"""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.signup.tokens import digest_of, make_token
from chat.errors import Forbidden, Invalid, NotFound
from chat.models import AuditEntry, Ban, Invite, Membership, Room
from chat.permissions.actor import Actor
from chat.permissions.acts import Act
from chat.services.messages.system_messages import tell
from chat.services.rooms.membership import admit, welcome
from chat.services.shared import audit
from chat.services.shared.locking import authorise, locked_room
from chat.services.shared.quotas import check_links

if TYPE_CHECKING:
    from accounts.models import User

MOST_USES = 10_000


@transaction.atomic
def add_people(by: Actor, room_id: int, users: Collection["User"]) -> list["User"]:
    """Make all of these users members, or none. Returns those who were not members.

    Raises NotFound and Forbidden, also for a banned user.
    """
    room = locked_room(room_id)
    authorise(by, room, Act.INVITE)
    members = set(room.memberships.current().filter(user__in=users).values_list("user_id", flat=True))
    new = [user for user in users if user.pk not in members]
    _check_not_banned(room, new)
    for user in new:
        admit(room, user, Membership.Role.MEMBER)
        tell(room, by.user, "added", user)
        audit.record(by, AuditEntry.Act.MEMBER_ADDED, room=room, person=user)
    return new


@transaction.atomic
def make_link(
    by: Actor, room_id: int, *, expires_at: datetime | None = None, most_uses: int | None = None
) -> tuple[Invite, str]:
    """Create an invite link, and return it with its token.

    Raises NotFound, Forbidden, Invalid for limits that admit no one, TooMany.
    """
    room = locked_room(room_id)
    authorise(by, room, Act.INVITE)
    check_links(by, room)
    check_limits(expires_at, most_uses)
    token = make_token()
    limits = {"expires_at": expires_at, "most_uses": most_uses}
    invite = Invite.objects.create(room=room, digest=digest_of(token), by=by.user, **limits)
    expires = expires_at and expires_at.isoformat()
    audit.record(by, AuditEntry.Act.INVITE_MADE, room=room, invite=invite.pk, expires=expires, most_uses=most_uses)
    return invite, token


@transaction.atomic
def revoke_link(by: Actor, invite_id: int) -> Invite:
    room_id = Invite.objects.filter(pk=invite_id).values_list("room_id", flat=True).first()
    if room_id is None:
        raise NotFound
    room = locked_room(room_id)
    authorise(by, room, Act.INVITE)
    invite = room.invites.get(pk=invite_id)
    if invite.revoked_at is None:
        invite.revoked_at = timezone.now()
        invite.save(update_fields=["revoked_at"])
        audit.record(by, AuditEntry.Act.INVITE_REVOKED, room=room, invite=invite.pk)
    return invite


@transaction.atomic
def accept(user: "User", token: str) -> Room:
    """Join a room by an invite link; for a member nothing changes.

    Raises NotFound if the link does not work, and Forbidden if the user is banned or the room is archived.
    """
    known = Invite.objects.filter(digest=digest_of(token)).first()
    if known is None:
        raise NotFound
    room = locked_room(known.room_id)
    if room.memberships.of(user).exists():
        return room
    invite = room.invites.valid().filter(pk=known.pk).first()
    if invite is None:
        raise NotFound
    welcome(room, user)
    # Counted under the room's lock, so that concurrent joins keep to the limit.
    invite.uses += 1
    invite.save(update_fields=["uses"])
    return room


def room_behind(user: "User", token: str) -> Room:
    """Return the room of a link, for its preview. Raises NotFound if the link does not work."""
    room = Room.objects.existing().filter(invites__digest=digest_of(token)).first()
    if room is None:
        raise NotFound
    works = room.invites.valid().filter(digest=digest_of(token)).exists()
    if not (works or room.memberships.of(user).exists()):
        raise NotFound
    return room


def check_limits(expires_at: datetime | None, most_uses: int | None) -> None:
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid(_("The expiry time must be in the future."))
    if most_uses is not None and not 1 <= most_uses <= MOST_USES:
        raise Invalid(_("Choose from 1 to %(limit)s uses.") % {"limit": f"{MOST_USES:,}"})


def _check_not_banned(room: Room, users: Collection["User"]) -> None:
    bans = Ban.objects.in_force().filter(room=room, user__in=users).select_related("user").order_by("user__username")
    if banned := [ban.user.full_name for ban in bans]:
        words = ngettext("%(names)s is banned from this room.", "%(names)s are banned from this room.", len(banned))
        raise Forbidden(words % {"names": ", ".join(banned)})
