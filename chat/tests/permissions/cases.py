"""Cases for permissions: every kind of user in every kind of room, to try actions one by one and undo each."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chat.errors import Refused
from chat.models import AuditEntry, Ban, Membership, Message, Report, Room
from chat.permissions.actor import Actor

T = TypeVar("T")

ROLES = (None, *Membership.Role)
LATER = timezone.now() + timedelta(days=1)


@dataclass(frozen=True)
class Stands:
    """A user's standing in the room of a case: `role` is None for an outsider."""

    role: str | None
    is_administrator: bool = False

    def __str__(self) -> str:
        return f"{self.role or 'outsider'}{'+administrator' if self.is_administrator else ''}"


EVERYBODY = [Stands(role, is_administrator) for role in ROLES for is_administrator in (False, True)]
BY_ROLE = [Stands(role) for role in ROLES]
PROTECTED = [*BY_ROLE, Stands("member", is_administrator=True), Stands("owner", is_administrator=True)]
OF_A_DIRECT_CONVERSATION = [Stands("member"), Stands("member", is_administrator=True)]


@contextmanager
def rolled_back() -> Iterator[None]:
    """Roll back the block's changes in the database."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def place(user: User, room: Room, stands: Stands) -> None:
    """Give a user the standing that the case needs, in a room that they have never joined."""
    User.objects.filter(pk=user.pk).update(is_staff=stands.is_administrator)
    user.is_staff = stands.is_administrator
    if stands.role:
        Membership.objects.create(
            room=room, user=user, role=stands.role, joined_at=timezone.now(), version=room.version, admitted=0
        )


def say(room: Room, author: User, **members: object) -> Message:
    """Store a message without checking if its author may post."""
    Room.objects.filter(pk=room.pk).update(version=room.version + 1)
    room.refresh_from_db()
    values = {"kind": Message.Kind.TEXT, "body": "Hello", "html": "<p>Hello</p>", "created_at": timezone.now()}
    return Message.objects.create(
        room=room, author=author, client_id=uuid4(), position=room.version, version=room.version, **values | members
    )


def done_by(services: Mapping[T, Callable[[], object]]) -> set[T]:
    """Try each service, undo it, and return those that changed data.

    A service that refuses or skips changes nothing.
    """
    before, done = _marks(), set()
    for name, service in services.items():
        with rolled_back():
            try:
                service()
            except Refused:
                continue
            if _marks() != before:
                done.add(name)
    return done


def _marks() -> list[object]:
    """Return numbers that every change increases: versions of rooms, and counts of log entries and reports."""
    versions = Room.objects.order_by("pk").values_list("pk", "version", "deleted_at")
    return [AuditEntry.objects.count(), Report.objects.count(), list(versions)]


def mute(room: Room, user: User) -> None:
    room.memberships.filter(user=user).update(muted_until=LATER, mute_reason="")


def ban(room: Room, user: User) -> None:
    Ban.objects.create(room=room, user=user)


def actor(user: User) -> Actor:
    return Actor(user, has_shown_factor=True)
