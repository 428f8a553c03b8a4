"""Account deletion in chat: the user leaves their rooms, and data that concerns only them is deleted.

Remaining data carries the name of a deleted account. Messages remain, unless the site's setting removes them. Direct
conversations keep their members, as always.
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

# Read position and list preferences of a membership, reset.
UNKEPT = {
    "last_read": 0,
    "unread_marks": 0,
    "is_quiet": False,
    "is_favourite": False,
    "is_put_away": False,
    "place": None,
}


def depart(by: Actor, person: User) -> None:
    """Delete the person's chat data. Call it in the transaction that makes the account anonymous, before it does.

    `by` is mostly the person.
    """
    goes = settings.MESSAGES_OF_DELETED == "remove"
    audit.record(by, AuditEntry.Act.PERSON_DELETED, person=person, removes_posts=goes)
    _leave_rooms(person, by.address)
    _forget(person)
    if goes:
        purge_user.queue_all_of(by, person, "")


def _leave_rooms(person: User, address: str) -> None:
    memberships = Membership.objects.of(person)
    # All rooms are locked first, in the order of their ids: what the person posts until then precedes the leave.
    rooms = locked_rooms(memberships.values_list("room", flat=True))
    nobody = User(pk=person.pk, username=username_of(person.pk), deleted_at=timezone.now())
    for membership in memberships.filter(room__in=rooms).exclude(room__kind=Room.Kind.DIRECT):
        membership.user, room = person, rooms[membership.room_id]
        end(room, membership, Membership.Ending.LEFT, address=address)
        append_notice(room, nobody, {"what": "left"})
    _unname(nobody)


def _unname(nobody: User) -> None:
    """Replace the person's name in notices by them and about them. The audit log knows the rooms of the latter."""
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
    for what in (Status, Mention, Ban):
        what.objects.filter(user=person).delete()
    Block.objects.by(person).delete()  # others' blocks of them stay, and keep their messages collapsed
    Participant.objects.filter(user=person).update(last_read=0)
    Membership.objects.filter(user=person).update(**UNKEPT)
