"""Names of rooms: a public room's name is unique. Its former names lead to it until another room takes them."""

from typing import Any

from django.db import IntegrityError, transaction

from accounts.usernames.rules import folded
from accounts.usernames.search_keys import search_key
from chat.errors import Invalid
from chat.models import FormerName, Room
from chat.models.keys import folded_digest, look_digest
from chat.models.room import ALIKE

BATCH = 500


def room_of(name: str) -> Room | None:
    """Return the public room that has this name, in any case, or else the one that had it."""
    exactly_first = sorted(Room.objects.named(name), key=lambda room: room.name != name)
    return next(iter(exactly_first), None) or Room.objects.once_named(name).first()


def save_named(room: Room, **options: Any) -> None:
    """Save a room that has a new name or kind; a public room takes the name over from rooms that had it.

    Raises Invalid if a public room has the name, or one that looks like it.
    """
    try:
        with transaction.atomic():
            room.save(**options)
    except IntegrityError:
        raise Invalid(ALIKE) from None
    if room.kind == Room.Kind.PUBLIC:
        FormerName.objects.named(room.name).delete()


def leave_name_behind(room: Room, old_kind: str, old_name: str) -> None:
    """Keep the old name of a renamed public room as a former name, and drop all those of a private room.

    A name that a room had while it was private stays known to its members alone.
    """
    if room.kind != Room.Kind.PUBLIC:
        give_up_names(room)
    elif old_kind == Room.Kind.PUBLIC and folded(old_name) != folded(room.name):
        FormerName.objects.bulk_create([FormerName(room=room, name=old_name)], ignore_conflicts=True)


def fill_in_keys() -> int:
    """Fill in a batch of keys that a server of an older release left out, and return the number of rows.

    A public room that looks like another one keeps its name.
    """
    batch = list(Room.objects.filter(name_key=None)[:BATCH])
    for room in batch:
        same = Room.objects.alike(room.name).exclude(pk=room.pk)
        suffix = f" {room.pk}" if room.kind == Room.Kind.PUBLIC and same.exists() else ""
        Room.objects.filter(pk=room.pk).update(
            folded_name=folded_digest(room.name) + suffix,
            look=look_digest(room.name) + suffix,
            name_key=search_key(room.name),
            about_key=search_key(room.topic, room.description),
        )
    formers = list(FormerName.objects.filter(folded_name=None)[:BATCH])
    for former in formers:
        former.folded_name = folded_digest(former.name)
    FormerName.objects.bulk_update(formers, ["folded_name"])
    return len(batch) + len(formers)


def lacks_keys() -> bool:
    return Room.objects.filter(name_key=None).exists() or FormerName.objects.filter(folded_name=None).exists()


def give_up_names(room: Room) -> None:
    room.former_names.all().delete()
