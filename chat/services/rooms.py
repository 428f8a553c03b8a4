"""Making rooms, changing them, joining and leaving."""

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chat import broadcasts
from chat.authority import Act
from chat.errors import Invalid, NotFound
from chat.models import Membership, Room
from chat.models.room import NAME_LENGTH
from chat.services.actor import Actor
from chat.services.locking import authorise, locked_room, membership_for
from chat.services.notices import append_notice, tell

if TYPE_CHECKING:
    from accounts.models import User


def clean_name(typed: str) -> str:
    """A room's name as typed, without the `#` in front and with single spaces; raises Invalid where that is no name."""
    name = " ".join(unicodedata.normalize("NFC", typed).strip().removeprefix("#").split())
    if not name:
        raise Invalid(_("A room needs a name."))
    if len(name) > NAME_LENGTH:
        raise Invalid(_("A room's name may have at most %(limit)d characters.") % {"limit": NAME_LENGTH})
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} for character in name):
        raise Invalid(_("A room's name cannot contain invisible characters."))
    return name


@transaction.atomic
def create_room(owner: "User", name: str, *, kind: str = Room.Kind.PUBLIC, topic: str = "") -> Room:
    """Make a room that `owner` owns. Raises Invalid for a bad name, or one that a public room has."""
    room = Room(kind=kind, name=clean_name(name), topic=topic)
    try:
        with transaction.atomic():
            room.save(force_insert=True)
    except IntegrityError:
        raise Invalid(_("There is a public room of that name.")) from None
    admit(room, owner, Membership.Role.OWNER)
    return room


def go_to(user: "User", name: str) -> Room:
    """Join the public room of that name, which is made on the spot if there is none. Raises Invalid for a bad name."""
    name = clean_name(name)
    room = Room.objects.named(name).first()
    if room is None:
        try:
            return create_room(user, name)
        except Invalid:  # somebody else has just made it
            room = Room.objects.named(name).first()
            if room is None:
                raise
    return join(user, room.pk)


@transaction.atomic
def join(user: "User", room_id: int) -> Room:
    """Become a member of a public room; nothing happens to one who is. Raises NotFound for any other room."""
    room = locked_room(room_id)
    is_member = room.memberships.of(user).exists()
    if room.kind != Room.Kind.PUBLIC and not is_member:
        raise NotFound
    if not is_member:
        admit(room, user, Membership.Role.MEMBER)
        append_notice(room, user, {"what": "joined"})
    return room


@transaction.atomic
def add_member(
    room_id: int, user: "User", *, role: str = Membership.Role.MEMBER, joined_at: datetime | None = None
) -> Room:
    """Let somebody into a room of any kind, on the authority of the site. `joined_at` is for what happened before."""
    room = locked_room(room_id)
    if not room.memberships.of(user).exists():
        membership = admit(room, user, role, joined_at)
        append_notice(room, user, {"what": "joined"}, at=membership.joined_at)
    return room


@transaction.atomic
def leave(user: "User", room_id: int) -> None:
    """Stop being a member. Raises NotFound for one who is none."""
    room = locked_room(room_id)
    membership = membership_for(user, room)
    end(room, membership, Membership.Ending.LEFT)
    append_notice(room, user, {"what": "left"})


@transaction.atomic
def change_settings(room_id: int, *, by: Actor, name: str | None = None, topic: str | None = None) -> Room:
    """Give a room another name or topic.

    Raises NotFound, Forbidden, and Invalid for a bad name or one that is taken.
    """
    room = locked_room(room_id)
    authorise(by, room, Act.CHANGE_SETTINGS)
    old_name, old_topic = room.name, room.topic
    room.name = room.name if name is None else clean_name(name)
    room.topic = room.topic if topic is None else topic
    room.settings_version = room.next_version()
    try:
        with transaction.atomic():
            room.save(update_fields=["name", "topic", "settings_version", "version"])
    except IntegrityError:
        raise Invalid(_("There is a public room of that name.")) from None
    broadcasts.room_changed(room)
    if room.name != old_name:
        names: dict[str, Any] = {"from": old_name, "to": room.name}
        tell(room, by.user, "renamed", **names)
    if room.topic != old_topic:
        tell(room, by.user, "topic", to=room.topic)
    return room


def end(
    room: Room, membership: Membership, ending: Membership.Ending, by: "User | None" = None, reason: str = ""
) -> None:
    """End a membership of a room that is locked: from this version on, its tabs get nothing more of the room."""
    membership.left_at, membership.version = timezone.now(), room.next_version()
    membership.ending, membership.ended_by, membership.ending_reason = ending, by, reason
    membership.save(update_fields=["left_at", "version", "ending", "ended_by", "ending_reason"])
    room.save(update_fields=["version"])
    broadcasts.member_changed(membership)


def admit(room: Room, user: "User", role: str, joined_at: datetime | None = None) -> Membership:
    """Make a member of a room that is locked: from here on, nothing that was said before is unread."""
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
            "ending": "",
            "ended_by": None,
            "ending_reason": "",
        },
    )
    room.save(update_fields=["version"])
    broadcasts.member_changed(membership)
    return membership
