"""Blocks: a blocked user cannot write to the blocker directly, and nothing of theirs counts for the blocker.

The blocked user is not told and keeps their rights in rooms: a moderator moderates the blocker, too.
"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from chat import broadcasts
from chat.errors import Forbidden, Invalid, NotFound
from chat.models import Block, Room
from chat.models.room import key_of

if TYPE_CHECKING:
    Pairs = frozenset[tuple[int, int]]

MOST_BLOCKED = 1_000  # people: each tab of the blocker holds the list


@transaction.atomic
def block(user: User, person_id: int) -> None:
    person = User.objects.filter(pk=person_id, deleted_at=None).first()
    if person is None:
        raise NotFound.person()
    if person == user:
        raise Invalid(_("You can’t block yourself."))
    _lock_direct(user, person_id)
    if not Block.objects.by(user).filter(blocked=person).exists():
        if Block.objects.by(user).count() >= MOST_BLOCKED:
            raise Invalid(_("You can block at most %(limit)d people.") % {"limit": MOST_BLOCKED})
        Block.objects.get_or_create(blocker=user, blocked=person)
        broadcasts.blocks_changed(user.pk)


@transaction.atomic
def unblock(user: User, person_id: int) -> None:
    deleted, _per_model = Block.objects.by(user).filter(blocked=person_id).delete()
    if deleted:
        broadcasts.blocks_changed(user.pk)


def blocks_in(rooms: Iterable[Room]) -> "Pairs":
    """Return pairs of ids, blocker and blocked, of the conversations of two among these rooms.

    Call it with the rooms locked: a block waits for that lock, so that nothing is posted after it.
    """
    people = {pk for room in rooms if len(room.people_ids) == 2 for pk in room.people_ids}
    found = Block.objects.filter(blocker__in=people, blocked__in=people) if people else Block.objects.none()
    return frozenset(found.values_list("blocker", "blocked"))


def blocks_between(user: User, room: Room, blocks: "Pairs") -> tuple[bool, bool]:
    """Return two flags for a conversation of two: the other person blocks the user, and the user blocks them."""
    others = room.people_ids - {user.pk} if blocks and len(room.people_ids) == 2 else frozenset()
    return any((other, user.pk) in blocks for other in others), any((user.pk, other) in blocks for other in others)


def check_may_begin(user: User, others: Collection[int]) -> None:
    if Block.objects.filter(blocker__in=others, blocked=user).exists():
        if len(others) == 1:
            raise Forbidden(_("This person doesn’t accept messages from you."))
        raise Forbidden(_("One of these people doesn’t accept messages from you."))
    if len(others) == 1 and Block.objects.by(user).filter(blocked__in=others).exists():
        raise Forbidden(_("You blocked this person. Unblock them to send a message."))


def blockers_of(user_id: int) -> frozenset[int]:
    return frozenset(Block.objects.filter(blocked=user_id).values_list("blocker", flat=True))


def _lock_direct(user: User, person_id: int) -> None:
    # Waits for posts to their conversation that are being stored.
    key = key_of([user.pk, person_id])
    Room.objects.select_for_update().filter(people_key=key).first()
