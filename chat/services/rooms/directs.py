"""Direct conversations: one room for each set of people, without roles above member."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from chat.errors import Invalid, NotFound
from chat.models import Membership, Room
from chat.models.room import key_of
from chat.services.people import blocks
from chat.services.rooms.list_preferences import keep_room
from chat.services.rooms.membership import admit
from chat.services.shared.quotas import check_conversations

MOST_OTHERS = 9


@transaction.atomic
def open_direct(user: User, people_ids: Iterable[int]) -> Room:
    """Return the conversation of `user` with these people, or with no one else; create it when it is first opened.

    Raises NotFound if a person does not exist or is deactivated, Invalid for too many people, Limited if the user has
    started too many conversations, and Forbidden if a block prevents a new conversation.
    """
    people = _active({user.pk, *people_ids})
    key = key_of(person.pk for person in people)
    room = Room.objects.filter(people_key=key).first() or _make(key, user, people)
    keep_room(user, room.pk, put_away=False)
    return room


def _active(ids: set[int]) -> list[User]:
    if len(ids) > MOST_OTHERS + 1:
        raise Invalid(_("A direct conversation can have at most %(limit)d other people.") % {"limit": MOST_OTHERS})
    found = list(User.objects.reachable().filter(pk__in=ids).order_by("pk"))
    if len(found) < len(ids):
        raise NotFound.person()
    return found


def _make(key: str, user: User, people: list[User]) -> Room:
    blocks.check_may_begin(user, {person.pk for person in people} - {user.pk})
    try:
        with transaction.atomic():
            check_conversations(user, people)
            room = Room.objects.create(kind=Room.Kind.DIRECT, people_key=key, created_by=user)
    except IntegrityError:  # race: one of the others has just created it
        return Room.objects.get(people_key=key)
    # Hidden from the others until the first message: an empty conversation is no news to them.
    for person in people:
        admit(room, person, Membership.Role.MEMBER, put_away=person != user)
    return room
