"""Broadcasts of writes, after their commit: the only place in chat that publishes.

An event goes to this process's hub at once, and over the channel layer to the others. The layer may lose it: every
hub's check finds lost numbered events, and no write waits for Redis.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction

from accounts.models import User
from chat.hub import running_hub
from chat.hub.layer import envelopes
from chat.models import Membership, Message, Participant, Room
from chat.protocol import events


def message_posted(message: Message) -> None:
    _after_commit(envelopes.RoomEvent.of(events.message_posted(message)))


def message_changed(message: Message) -> None:
    _after_commit(envelopes.RoomEvent.of(events.message_changed(message)))


def message_reacted(message: Message, user: User, emoji: str, *, added: bool) -> None:
    _after_commit(envelopes.RoomEvent.of(events.message_reacted(message, user, emoji, added=added)))


def messages_requoted(quoted: Message, version: int) -> None:
    _after_commit(envelopes.RoomEvent.of(events.messages_requoted(quoted, version)))


def messages_deleted(
    room: Room,
    ids: list[int],
    counted: Iterable[Message],
    threads: Iterable[Message],
    by: User | None,
    at: datetime,
) -> None:
    _after_commit(envelopes.RoomEvent.of(events.messages_deleted(room, ids, counted, threads, by, at)))


def messages_removed(room: Room, ids: list[int], counted: Iterable[Message], threads: Iterable[Message]) -> None:
    _after_commit(envelopes.RoomEvent.of(events.messages_removed(room, ids, counted, threads)))


def room_changed(room: Room) -> None:
    _after_commit(envelopes.RoomEvent.of(events.room_changed(room)))


def room_deleted(room: Room, by: User | None, reason: str) -> None:
    _after_commit(envelopes.RoomDeleted.of(events.room_deleted(room, by, reason)))


def member_changed(membership: Membership) -> None:
    """Tell the room, and attach or evict the member's own tabs."""
    _after_commit(envelopes.RoomEvent.of(events.member_changed(membership)))
    if membership.version == membership.admitted and membership.left_at is None:
        if not membership.is_put_away:
            room_gained(membership)
        # The room's event says who joined, without their status.
        people_changed(User.objects.filter(pk=membership.user_id).exclude(status=None).select_related("status"))


def room_gained(membership: Membership) -> None:
    _after_commit(envelopes.UserEvent.of(membership.user_id, {"type": "room.gained", "room": membership.room_id}))


def room_kept(membership: Membership) -> None:
    _after_commit(envelopes.UserEvent.of(membership.user_id, events.room_kept(membership)))


def read_moved(membership: Membership) -> None:
    _after_commit(envelopes.UserEvent.of(membership.user_id, events.read_moved(_with_unread(membership))))


def thread_moved(membership: Membership, participant: Participant) -> None:
    event = events.thread_moved(_with_unread(membership), participant)
    _after_commit(envelopes.UserEvent.of(membership.user_id, event))


def blocks_changed(user_id: int) -> None:
    """Tell the user's own tabs, and no others, about their blocks."""
    _after_commit(envelopes.BlocksChanged.of(user_id))


def typing_started(room_id: int, user: User, thread: int | None) -> None:
    """Tell the tabs that show the room. Nothing is stored, so it does not wait for a commit."""
    _deliver(envelopes.RoomSeen.of(events.typing("typing.started", room_id, user, thread)))


def typing_stopped(room_id: int, user: User, thread: int | None) -> None:
    _deliver(envelopes.RoomSeen.of(events.typing("typing.stopped", room_id, user, thread)))


def people_changed(users: Iterable[User]) -> None:
    """Send the users' states to all hubs. The users must be read with their statuses."""
    if people := [events.person_state(user) for user in users]:
        _after_commit(envelopes.PeopleChanged.of(people))


def user_changed(user: User, room_ids: Iterable[int]) -> None:
    _after_commit(envelopes.UserChanged.of(events.user_changed(user), room_ids))


def reports_counted(room: Room, moderators: Iterable[int], administrators: Iterable[int]) -> None:
    event = events.reports_counted(room.pk, room.reports.open().count())
    for user_id in moderators:
        _after_commit(envelopes.UserEvent.of(user_id, event))
    for user_id in administrators:
        _after_commit(envelopes.UserEvent.of(user_id, event, for_administrator=True))


def announced() -> None:
    _after_commit(envelopes.SiteAnnounced.to_all())


def session_ended(user_id: int, session: str | None) -> None:
    """Close the sockets of a session; with None, those of all the user's sessions."""
    _after_commit(envelopes.SessionEnded.of(user_id, session))


def connection_ended(user_id: int, connection_id: str) -> None:
    _after_commit(envelopes.ConnectionEnded.of(user_id, connection_id))


def _with_unread(membership: Membership) -> Membership:
    return Membership.objects.with_unread().get(pk=membership.pk)


def _after_commit(envelope: envelopes.Envelope) -> None:
    transaction.on_commit(partial(_deliver, envelope))


def _deliver(envelope: envelopes.Envelope) -> None:
    hub = running_hub()
    if hub is not None:
        hub.announce_from_thread(envelope)
    else:
        envelopes.send_without_a_hub(envelope)
