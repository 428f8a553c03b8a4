"""Creating, joining and leaving rooms. Changing them is in settings.py."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chat import broadcasts
from chat.errors import Invalid, NotFound
from chat.models import AuditEntry, Membership, Room
from chat.permissions.actor import Actor
from chat.services.messages.system_messages import append_notice
from chat.services.rooms.admission import check_may_enter
from chat.services.rooms.names import room_of, save_named
from chat.services.rooms.ownership import succeed
from chat.services.shared import audit
from chat.services.shared.locking import locked_room, locked_rooms, membership_for
from chat.services.shared.quotas import check_rooms_made
from chat.services.shared.validation import clean_description, clean_emoji, clean_kind, clean_name, clean_topic

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def create_room(
    owner: "User",
    name: str,
    *,
    kind: str = Room.Kind.PUBLIC,
    topic: str = "",
    description: str = "",
    emoji: str = "",
    read_only: bool = False,
    address: str = "",
) -> Room:
    """Create a room that `owner` owns.

    Raises Invalid for a bad value or a name that a public room has, and TooMany (an Invalid) at the owner's limit.
    """
    check_rooms_made(owner)
    room = Room(
        created_by=owner,
        kind=clean_kind(kind),
        name=clean_name(name),
        topic=clean_topic(topic),
        description=clean_description(description),
        emoji=clean_emoji(emoji),
        is_read_only=read_only,
    )
    save_named(room, force_insert=True)
    admit(room, owner, Membership.Role.OWNER)
    audit.record(Actor(owner, address), AuditEntry.Act.ROOM_CREATED, room=room, kind=room.kind)
    return room


def go_to(user: "User", name: str, address: str = "", *, create: bool = True) -> Room:
    """Join the public room that has this name, or had it. If there is none, create it, or raise NotFound.

    Raises Invalid for a bad name, and Forbidden.
    """
    name = clean_name(name)
    room = room_of(name)
    if room is None and not create:
        raise NotFound
    if room is None:
        try:
            return create_room(user, name, address=address)
        except Invalid:  # race: another user has just created it
            room = room_of(name)
            if room is None:
                raise
    return join(user, room.pk)


@transaction.atomic
def join(user: "User", room_id: int) -> Room:
    """Join a public room; for a member nothing changes.

    Raises NotFound for any other room, and Forbidden if the user is banned or the room is archived.
    """
    room = locked_room(room_id)
    is_member = room.memberships.of(user).exists()
    if room.kind != Room.Kind.PUBLIC and not is_member:
        raise NotFound
    if not is_member:
        welcome(room, user)
    return room


def join_defaults(user: "User") -> None:
    defaults = list(Room.objects.filter(is_default=True, archived_at=None).values_list("pk", flat=True))
    # Without default rooms, nothing is locked.
    if not defaults:
        return
    with transaction.atomic():
        for room in locked_rooms(defaults).values():
            if room.is_default and room.archived_at is None:
                welcome(room, user)


@transaction.atomic
def add_member(
    room_id: int, user: "User", *, role: str = Membership.Role.MEMBER, joined_at: datetime | None = None
) -> Room:
    """Add a user to a room of any kind, on the authority of the site. `joined_at` may lie in the past."""
    room = locked_room(room_id)
    if not room.memberships.of(user).exists():
        welcome(room, user, role, joined_at)
    return room


@transaction.atomic
def leave(user: "User", room_id: int, address: str = "") -> None:
    room = locked_room(room_id)
    membership = membership_for(user, room)
    if room.is_direct:
        raise Invalid(_("You can’t leave a direct conversation. Hide it instead."))
    end(room, membership, Membership.Ending.LEFT, address=address)
    append_notice(room, user, {"what": "left"})


def welcome(
    room: Room, user: "User", role: str = Membership.Role.MEMBER, joined_at: datetime | None = None
) -> Membership:
    membership = admit(room, user, role, joined_at)
    append_notice(room, user, {"what": "joined"}, at=membership.joined_at)
    return membership


def admit(
    room: Room, user: "User", role: str, joined_at: datetime | None = None, *, put_away: bool = False
) -> Membership:
    """Make a user a member of a locked room; messages posted before do not count as unread.

    With `put_away`, their tabs hear of the room when something is posted there. Raises Forbidden if the user is banned
    or the room is archived.
    """
    check_may_enter(room, user)
    version = room.next_version()
    membership, _created = Membership.objects.update_or_create(
        room=room,
        user=user,
        defaults={
            "role": role,
            "joined_at": joined_at or timezone.now(),
            "left_at": None,
            "version": version,
            "admitted": version,
            "last_read": version,
            "is_put_away": put_away,
            "ending": "",
            "ended_by": None,
            "ending_reason": "",
        },
    )
    room.save(update_fields=["version"])
    broadcasts.member_changed(membership)
    return membership


def end(
    room: Room,
    membership: Membership,
    ending: Membership.Ending,
    by: "User | None" = None,
    reason: str = "",
    address: str = "",
) -> None:
    """End a membership of a locked room. From this version on, the member's tabs get nothing more of the room.

    `by` is the user who ended it, if that was not the member; `address` is where the request came from.
    """
    membership.left_at, membership.version = timezone.now(), room.next_version()
    membership.ending, membership.ended_by, membership.ending_reason = ending, by, reason
    membership.save(update_fields=["left_at", "version", "ending", "ended_by", "ending_reason"])
    room.save(update_fields=["version"])
    broadcasts.member_changed(membership)
    if membership.role == Membership.Role.OWNER and ending != Membership.Ending.DELETED:
        succeed(room, membership, Actor(membership.user if ending == Membership.Ending.LEFT else by, address))
