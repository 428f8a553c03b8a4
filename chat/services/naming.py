"""The names of rooms: a public room's is its alone, and one that it had leads on to it, until another room takes it."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chat.errors import Invalid
from chat.models import FormerName, Room


def room_of(name: str) -> Room | None:
    """The public room of that name, or else the one that had it."""
    return Room.objects.named(name).first() or Room.objects.once_named(name).first()


def save_named(room: Room, **options: Any) -> None:
    """Save a room whose name or kind is new, and which takes the name over. Raises Invalid where it is taken."""
    try:
        with transaction.atomic():
            room.save(**options)
    except IntegrityError:
        raise Invalid(_("There is a public room of that name.")) from None
    if room.kind == Room.Kind.PUBLIC:
        FormerName.objects.filter(name__iexact=room.name).delete()


def leave_name_behind(room: Room, old_kind: str, old_name: str) -> None:
    """A room that is locked has another kind or name now: what only members knew of a private one stays unknown."""
    if room.kind != Room.Kind.PUBLIC:
        give_up_names(room)
    elif old_kind == Room.Kind.PUBLIC and old_name.casefold() != room.name.casefold():
        FormerName.objects.bulk_create([FormerName(room=room, name=old_name)], ignore_conflicts=True)


def give_up_names(room: Room) -> None:
    """No name leads to this room any more but its own."""
    room.former_names.all().delete()
