"""The public rooms, as the index and the pages of those who are no members show them."""

from typing import Any

from django.db.models import Count, Q

from chat import events
from chat.attendance import count_in
from chat.models import Room


def public_rooms() -> list[Any]:
    """Those that anybody may find and join, each with `member_count`."""
    return list(_with_members(Room.objects.directory()))


def in_order(found: list[Any], joined: set[int], here: dict[int, int] | None) -> list[dict[str, Any]]:
    """As a directory: with how many people are in each now, the liveliest first."""
    entries = [_entry(room, count_in(here, room.pk)) | {"joined": room.pk in joined} for room in found]
    return sorted(entries, key=lambda entry: (-(entry["here"] or 0), -entry["members"], entry["name"].casefold()))


def entry_of(room: Room, here: int | None = None) -> dict[str, Any]:
    """One room, for somebody who is no member. Who is in a private one is not told: `here` is for public ones."""
    return _entry(_with_members(Room.objects.filter(pk=room.pk)).get(), here)


def _entry(room: Any, here: int | None) -> dict[str, Any]:
    """`about` is the first line of the description."""
    about = room.description.partition("\n")[0]
    return {"id": room.pk, **events.room_settings(room), "about": about, "here": here, "members": room.member_count}


def _with_members(found: Any) -> Any:
    return found.annotate(member_count=Count("memberships", filter=Q(memberships__left_at=None)))
