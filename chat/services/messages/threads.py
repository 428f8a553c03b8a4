"""Threads: their participants, and how far each has read."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Max

from chat import broadcasts
from chat.errors import Invalid, NotFound
from chat.models import Message, Participant
from chat.services.people.blocks import blockers_of
from chat.services.shared.locking import locked_room, membership_for, message_in

if TYPE_CHECKING:
    from accounts.models import User


class Threads:
    """Threads of the replies in a batch of posts. Their participants are kept up to date while the batch is built."""

    def __init__(self, roots: Iterable[Message]) -> None:
        self._people = {root.pk: {one.user_id for one in root.participants.all()} for root in roots}
        self._new: list[Participant] = []
        self._replied: dict[int, Message] = {}

    def told_of(self, reply: Message, mentioned: frozenset[int]) -> frozenset[int]:
        """Return the users that a reply notifies: participants, and mentioned users, who become participants.

        A mention by a user they block does not make them participants.
        """
        root = reply.thread
        assert root is not None
        self._admit(root, root.author_id, root.position)
        self._admit(root, reply.author_id, reply.position)
        for user in sorted(mentioned - blockers_of(reply.author_id) if mentioned else ()):
            self._admit(root, user, reply.position - 1)
        root.reply_count += 1
        root.last_reply_at = reply.created_at
        self._replied[root.pk] = root
        return mentioned | self._people[root.pk]

    def store(self) -> list[Message]:
        """Write the changes. Returns the roots of the threads, which took their rooms' next versions."""
        Participant.objects.bulk_create(self._new)
        for root in self._replied.values():
            root.version = root.room.next_version()
        Message.objects.bulk_update(self._replied.values(), ["reply_count", "last_reply_at", "version"])
        return list(Message.objects.for_cards().filter(pk__in=self._replied)) if self._replied else []

    def _admit(self, root: Message, user: int, last_read: int) -> None:
        if user not in self._people[root.pk]:
            self._people[root.pk].add(user)
            self._new.append(Participant(room_id=root.room_id, root=root, user_id=user, last_read=last_read))


def check_root(root: Message) -> None:
    if root.thread_id is not None or root.kind == Message.Kind.NOTICE or root.is_deleted:
        raise Invalid.thread()


def count_replies(root: Message) -> None:
    left = root.replies.filter(deleted_at=None).aggregate(count=Count("pk"), last=Max("created_at"))
    root.reply_count, root.last_reply_at = left["count"], left["last"]


@transaction.atomic
def mark_thread_read(user: "User", room_id: int, root_id: int, position: int) -> int:
    """Move the user's read position in a thread forward to `position`. Returns the present position.

    Raises NotFound if the user is not a member of the room, or not a participant of the thread.
    """
    room = locked_room(room_id)
    membership = membership_for(user, room)
    root = message_in(room, root_id)
    participant = root.participants.filter(user=user).first()
    if participant is None:
        raise NotFound.message()
    position = min(position, room.version)
    if position > participant.last_read:
        participant.last_read = position
        participant.save(update_fields=["last_read"])
        broadcasts.thread_moved(membership, participant)
    return participant.last_read
