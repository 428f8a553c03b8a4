"""The rooms of a person, as lists show them: a direct conversation by the people in it."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from chat.models import Membership
from chat.protocol import events


def listed_rooms(
    memberships: Iterable[Membership], here: Callable[[int], int | None] = lambda room_id: None
) -> list[dict[str, Any]]:
    """These memberships, which were read with_unread(). `here` says how many people have a room open."""
    memberships = list(memberships)
    people = _people_of_directs(memberships)
    return [
        events.listed_room(
            membership,
            here(membership.room_id),
            [user for user in people[membership.room_id] if user.pk != membership.user_id]
            if membership.room.is_direct
            else None,
        )
        for membership in memberships
    ]


def name_of(listed: dict[str, Any]) -> str:
    """What a listed room is called: a direct conversation by its people (chat/static/chat/rules/room-name.js)."""
    if "people" not in listed:
        return str(listed["name"])
    return ", ".join(user["name"] for user in listed["people"]) or _("Notes to self")


def waiting_in(listed: dict[str, Any]) -> dict[str, int]:
    """What of a listed room's counts is shown (chat/static/chat/rules/badge-counts.js).

    Of a quiet room mentions alone; in a direct conversation every message is one.
    """
    counts = {name: listed[name] for name in ("unread", "mentions")}
    if listed.get("quiet"):
        return counts | {"unread": counts["mentions"]}
    return counts | {"mentions": counts["unread"]} if "people" in listed else counts


def in_sight(listed: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rooms that a list shows: named, in their order, without what was put away and says nothing new."""
    shown = [room for room in listed if room["unread"] or room["threads"] or not room.get("put_away")]
    named = [{**room, "name": name_of(room), **waiting_in(room)} for room in shown]
    return sorted(named, key=lambda room: (room.get("place", math.inf), room["name"].casefold(), room["id"]))


def _people_of_directs(memberships: Iterable[Membership]) -> dict[int, list[User]]:
    """One query, and none for whoever has no direct conversation."""
    directs = {membership.room_id for membership in memberships if membership.room.is_direct}
    people: dict[int, list[User]] = defaultdict(list)
    if directs:
        found = Membership.objects.current().filter(room__in=directs).select_related("user").order_by("user__username")
        for membership in found:
            people[membership.room_id].append(membership.user)
    return people
