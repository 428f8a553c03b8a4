"""The rooms of a person, as lists show them: a direct conversation by the people in it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from accounts.models import User
from chat import events
from chat.models import Membership


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


def _people_of_directs(memberships: Iterable[Membership]) -> dict[int, list[User]]:
    """One query, and none for whoever has no direct conversation."""
    directs = {membership.room_id for membership in memberships if membership.room.is_direct}
    people: dict[int, list[User]] = defaultdict(list)
    if directs:
        found = Membership.objects.current().filter(room__in=directs).select_related("user").order_by("user__username")
        for membership in found:
            people[membership.room_id].append(membership.user)
    return people
