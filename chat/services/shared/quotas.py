"""Quotas: limits on the total load that one user can put on others."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import User
from chat import conf
from chat.errors import Limited, TooMany
from chat.models import Message, Room
from chat.permissions.actor import Actor
from chat.permissions.roles import is_administrator, is_administrator_on_record

if TYPE_CHECKING:
    from collections.abc import Sized

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def check_rooms_made(maker: User) -> None:
    """Raise TooMany if the user has created as many rooms as allowed. Administrators have no limit.

    A room counts as long as it exists, even after another user became its owner.
    """
    most = conf.rooms_made()
    if not most or is_administrator_on_record(maker):  # a quota, not a permission: needs no second factor
        return
    _lock(maker)
    if Room.objects.existing().exclude(kind=Room.Kind.DIRECT).filter(created_by=maker).count() >= most:
        words = ngettext(
            "You can create at most %(most)d room. Delete one or ask an administrator.",
            "You can create at most %(most)d rooms. Delete one or ask an administrator.",
            most,
        )
        raise TooMany(words % {"most": most})


def check_conversations(beginner: User, people: "Sized") -> None:
    """Raise Limited if the user has started too many conversations within a day that have no answer.

    The user's notes to themselves do not count.
    """
    most = conf.unanswered_conversations()
    if not most or len(people) < 2:
        return
    _lock(beginner)
    answers = Message.objects.filter(room=OuterRef("pk")).exclude(author=beginner)
    begun = Room.objects.filter(kind=Room.Kind.DIRECT, created_by=beginner, created_at__gt=timezone.now() - DAY)
    alone = begun.exclude(people_key=str(beginner.pk)).exclude(Exists(answers)).order_by("-created_at")
    times = list(alone.values_list("created_at", flat=True)[:most])
    if len(times) == most:
        wait = times[-1] + DAY - timezone.now()
        raise Limited(wait // timedelta(microseconds=1) * 1000, _words_about(most, -(-wait // HOUR)))


def check_links(by: Actor, room: Room) -> None:
    most = conf.links()
    if most and room.invites.valid().count() >= most and not is_administrator(by):
        words = ngettext(
            "A room can have at most %(most)d active invite link. Revoke one first.",
            "A room can have at most %(most)d active invite links. Revoke one first.",
            most,
        )
        raise TooMany(words % {"most": most})


def _lock(user: User) -> None:
    # Concurrent requests of one user are counted one after the other.
    list(User.objects.select_for_update(no_key=True).filter(pk=user.pk).values_list("pk"))


def _words_about(most: int, hours: int) -> str:
    words = ngettext(
        "You started %(most)d conversations in one day that have no reply yet. You can start "
        "another when someone replies, or within %(hours)d hour.",
        "You started %(most)d conversations in one day that have no reply yet. You can start "
        "another when someone replies, or in %(hours)d hours.",
        hours,
    )
    return words % {"most": most, "hours": hours}
