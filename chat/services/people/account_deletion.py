"""Somebody's account is deleted: they leave their rooms, and what is nobody else's business goes.

What stays says who it was by the name that a deleted account has: what they said, unless the site's setting is that it
goes too. Direct conversations keep their members, as always.
"""

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.profile.deletion import username_of
from chat.models import AuditEntry, Ban, Block, Membership, Mention, Message, Participant, Room, Status
from chat.permissions.actor import Actor
from chat.services.messages.system_messages import append_notice, body_of, named
from chat.services.removal import purge_user
from chat.services.rooms.membership import end
from chat.services.shared import audit
from chat.services.shared.locking import locked_rooms

# How a member keeps a room in their own list.
UNKEPT = {
    "last_read": 0,
    "unread_marks": 0,
    "is_quiet": False,
    "is_favourite": False,
    "is_put_away": False,
    "place": None,
}


def depart(by: Actor, person: User) -> None:
    """In the transaction that makes the account anonymous, before it does. `by` is mostly the person."""
    goes = settings.MESSAGES_OF_DELETED == "remove"
    audit.record(by, AuditEntry.Act.PERSON_DELETED, person=person, removes_posts=goes)
    _leave_rooms(person, by.address)
    _forget(person)
    if goes:
        purge_user.queue_all_of(by, person, "")


def _leave_rooms(person: User, address: str) -> None:
    """All rooms are locked first, in the order of their ids: what they say in one until then is said before they go."""
    memberships = Membership.objects.of(person)
    rooms = locked_rooms(memberships.values_list("room", flat=True))
    nobody = User(pk=person.pk, username=username_of(person.pk), deleted_at=timezone.now())
    for membership in memberships.filter(room__in=rooms).exclude(room__kind=Room.Kind.DIRECT):
        membership.user, room = person, rooms[membership.room_id]
        end(room, membership, Membership.Ending.LEFT, address=address)
        append_notice(room, nobody, {"what": "left"})
    _unname(nobody)


def _unname(nobody: User) -> None:
    """Rooms tell what they did, and what was done to them, in words as well. The log knows in which rooms that was."""
    theirs = Message.objects.filter(author=nobody.pk, notice__isnull=False)
    entries = AuditEntry.objects.filter(person_id=nobody.pk).exclude(room_id=None)
    rooms = set(entries.values_list("room_id", flat=True))
    of_them = Message.objects.filter(room__in=rooms, kind=Message.Kind.NOTICE, notice__who__id=nobody.pk)
    for told in [*theirs, *of_them.select_related("author")]:
        _tell_without_name(told, nobody)


def _tell_without_name(told: Message, nobody: User) -> None:
    notice = told.notice or {}
    if notice.get("who", {}).get("id") == nobody.pk:
        notice = {**notice, "who": named(nobody)}
    body = body_of(nobody if told.author_id == nobody.pk else told.author, notice)
    Message.objects.filter(pk=told.pk).update(notice=notice, body=body, html=Message.html_of(told.kind, body))


def _forget(person: User) -> None:
    """How they are, when they were last seen, what they have read, how they keep their rooms, bans and blocks."""
    for what in (Status, Mention, Ban):
        what.objects.filter(user=person).delete()
    Block.objects.by(person).delete()  # who blocks them goes on to, and sees what they said folded
    Participant.objects.filter(user=person).update(last_read=0)
    Membership.objects.filter(user=person).update(**UNKEPT)
