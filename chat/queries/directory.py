"""Directory of public rooms, for the index and for pages of users who are not members."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Q

from chat.models import Room
from chat.protocol import events
from chat.queries.presence import count_in

if TYPE_CHECKING:
    from accounts.models import User

MOST_NAMED = 10  # rooms


class Found(NamedTuple):
    """A public room, with the fields that its place in the directory depends on."""

    id: int
    name: str
    members: int


def find(words: str = "") -> list[Found]:
    found = _with_members(Room.objects.directory().with_words(words))
    return [Found(*row) for row in found.values_list("pk", "name", "member_count")]


def first_match(user: "User", name: str) -> Room | None:
    """Return the room that a typed name most likely means: one of the user's own first, then a public one."""
    own = Room.objects.of(user).filter(archived_at=None).exclude(kind=Room.Kind.DIRECT)
    return own.best_named(name).first() or Room.objects.directory().best_named(name).first()


def others_named(user: "User", name: str) -> list[Room]:
    others = Room.objects.directory().exclude(pk__in=Room.objects.of(user).values("pk"))
    return list(others.best_named(name)[:MOST_NAMED])


def in_order(found: Iterable[Found], here: dict[int, int] | None) -> list[Found]:
    """Sort by number of people present, then by members, most first."""
    return sorted(found, key=lambda room: (-(count_in(here, room.id) or 0), -room.members, room.name.casefold()))


def entries_of(page: Iterable[Found], joined: set[int], here: dict[int, int] | None) -> list[dict[str, Any]]:
    page = list(page)
    rooms = _with_members(Room.objects.directory()).in_bulk([room.id for room in page])
    shown = [rooms[room.id] for room in page if room.id in rooms]  # without those that were archived in the meantime
    return [_entry(room, count_in(here, room.pk)) | {"joined": room.pk in joined} for room in shown]


def entry_of(room: Room, here: int | None = None) -> dict[str, Any]:
    """Return the entry of a room for a non-member. Pass `here` for public rooms only: in private ones it is secret."""
    return _entry(_with_members(Room.objects.filter(pk=room.pk)).get(), here)


def _entry(room: Any, here: int | None) -> dict[str, Any]:
    # `about` is the first line of the description.
    about = room.description.partition("\n")[0]
    return {"id": room.pk, **events.room_settings(room), "about": about, "here": here, "members": room.member_count}


def _with_members(found: Any) -> Any:
    return found.annotate(member_count=Count("memberships", filter=Q(memberships__left_at=None)))
