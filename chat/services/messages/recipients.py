"""Recipients of a direct conversation: when all others have deleted their accounts, nothing more can be sent."""

from collections.abc import Collection, Iterable

from django.utils.translation import ngettext

from accounts.models import User
from chat.errors import NoRecipient
from chat.models import Room


def deleted_in(rooms: Iterable[Room]) -> frozenset[int]:
    """Return the ids of deleted users in the direct conversations among these rooms."""
    people = {pk for room in rooms for pk in room.people_ids}
    found = User.objects.filter(pk__in=people).exclude(deleted_at=None) if people else User.objects.none()
    return frozenset(found.values_list("pk", flat=True))


def is_alone(user: User, room: Room, deleted: Collection[int]) -> bool:
    """Return whether everyone else in a direct conversation is among the `deleted`."""
    others = room.people_ids - {user.pk}
    return bool(others) and others.issubset(deleted)


def no_recipient(user: User, room: Room) -> NoRecipient:
    return NoRecipient(
        ngettext(
            "This person deleted their account, so they can’t get your message.",
            "These people deleted their accounts, so they can’t get your message.",
            len(room.people_ids - {user.pk}),
        )
    )
