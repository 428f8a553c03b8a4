"""Room list of a user. A direct conversation is listed by its people."""

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
    """Return the list entries of memberships that were read with_unread(). `here` returns a room's number of people."""
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
    """Return a listed room's name; for a direct conversation, the names (chat/static/chat/rules/room-name.js)."""
    if "people" not in listed:
        return str(listed["name"])
    return ", ".join(user["name"] for user in listed["people"]) or _("Notes to self")


def waiting_in(listed: dict[str, Any]) -> dict[str, int]:
    """Return the counts that a listed room shows (chat/static/chat/rules/badge-counts.js).

    A quiet room shows mentions only. In a direct conversation, every message counts as a mention.
    """
    counts = {name: listed[name] for name in ("unread", "mentions")}
    if listed.get("quiet"):
        return counts | {"unread": counts["mentions"]}
    return counts | {"mentions": counts["unread"]} if "people" in listed else counts


def in_sight(listed: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rooms that a list shows, named and sorted, without those that are put away and have no news."""
    shown = [room for room in listed if room["unread"] or room["threads"] or not room.get("put_away")]
    named = [{**room, "name": name_of(room), **waiting_in(room)} for room in shown]
    return sorted(named, key=lambda room: (room.get("place", math.inf), room["name"].casefold(), room["id"]))


def _people_of_directs(memberships: Iterable[Membership]) -> dict[int, list[User]]:
    directs = {membership.room_id for membership in memberships if membership.room.is_direct}
    people: dict[int, list[User]] = defaultdict(list)
    if directs:
        found = Membership.objects.current().filter(room__in=directs).select_related("user").order_by("user__username")
        for membership in found:
            people[membership.room_id].append(membership.user)
    return people
