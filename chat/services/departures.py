"""Somebody's account is deleted: they leave their rooms, and what is nobody else's business goes.

What stays says who it was by the name that a deleted account has: what they said, unless the site's setting is that it
goes too. Direct conversations keep their members, as always.
"""

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.profile.deletion import username_of
from chat.models import AuditEntry, Membership, Mention, Message, Participant, Room, Status
from chat.services import audit, purging
from chat.services.actor import Actor
from chat.services.locking import locked_rooms
from chat.services.notices import append_notice, body_of
from chat.services.rooms import end

# How a member keeps a room in their own list.
UNKEPT = {"last_read": 0, "is_quiet": False, "is_favourite": False, "is_put_away": False, "place": None}


def depart(by: Actor, person: User) -> None:
    """In the transaction that makes the account anonymous, before it does. `by` is mostly the person."""
    goes = settings.MESSAGES_OF_DELETED == "remove"
    audit.record(by, AuditEntry.Act.PERSON_DELETED, person=person, removes_posts=goes)
    _leave_rooms(person, by.address)
    _forget(person)
    if goes:
        purging.queue_all_of(by, person, "")


def _leave_rooms(person: User, address: str) -> None:
    """The rooms are locked in the order of their ids, all of them: nobody waits for us while we wait for them."""
    memberships = Membership.objects.of(person).exclude(room__kind=Room.Kind.DIRECT)
    rooms = locked_rooms(memberships.values_list("room", flat=True))
    nobody = User(pk=person.pk, username=username_of(person.pk), deleted_at=timezone.now())
    for membership in memberships.filter(room__in=rooms):
        membership.user, room = person, rooms[membership.room_id]
        end(room, membership, Membership.Ending.LEFT, address=address)
        append_notice(room, nobody, {"what": "left"})
    _unname(nobody)


def _unname(nobody: User) -> None:
    """What rooms told of what they did says it in words too."""
    told = Message.objects.filter(author=nobody.pk, notice__isnull=False, deleted_at=None).only("notice", "kind")
    for notice in list(told):
        body = body_of(nobody, notice.notice or {})
        Message.objects.filter(pk=notice.pk).update(body=body, html=Message.html_of(notice.kind, body))


def _forget(person: User) -> None:
    """How they were, when they were last seen, what they have read, how they keep their rooms, what tells them."""
    Status.objects.filter(user=person).delete()
    Mention.objects.filter(user=person).delete()
    Participant.objects.filter(user=person).update(last_read=0)
    Membership.objects.filter(user=person).update(**UNKEPT)
