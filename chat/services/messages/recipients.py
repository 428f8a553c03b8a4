"""Recipients of a direct conversation: when all others have deleted their accounts, nothing more can be sent."""

from collections.abc import Collection, Iterable

from django.utils.translation import ngettext

from accounts.models import User
from chat.errors import NoRecipient
from chat.models import Room


def deleted_in(rooms: Iterable[Room]) -> frozenset[int]:
    people = {pk for room in rooms for pk in room.people_ids}
    found = User.objects.filter(pk__in=people).exclude(deleted_at=None) if people else User.objects.none()
    return frozenset(found.values_list("pk", flat=True))


def is_alone(user: User, room: Room, deleted: Collection[int]) -> bool:
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
