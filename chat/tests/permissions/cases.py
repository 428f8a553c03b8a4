"""Everybody who may act in a room, and how a room may stand, to try actions one by one and take each back."""

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
    """A user as a case has them in the room: `role` is None for one who is no member."""

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
    """Undo at the end what the block does in the database."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def place(user: User, room: Room, stands: Stands) -> None:
    """Let a user stand in a room as the case wants, where nothing was said of them before."""
    User.objects.filter(pk=user.pk).update(is_staff=stands.is_administrator)
    user.is_staff = stands.is_administrator
    if stands.role:
        Membership.objects.create(
            room=room, user=user, role=stands.role, joined_at=timezone.now(), version=room.version, admitted=0
        )


def say(room: Room, author: User, **members: object) -> Message:
    """Store a message without asking whether its author may post."""
    Room.objects.filter(pk=room.pk).update(version=room.version + 1)
    room.refresh_from_db()
    values = {"kind": Message.Kind.TEXT, "body": "Hello", "html": "<p>Hello</p>", "created_at": timezone.now()}
    return Message.objects.create(
        room=room, author=author, client_id=uuid4(), position=room.version, version=room.version, **values | members
    )


def done_by(services: Mapping[T, Callable[[], object]]) -> set[T]:
    """Try each service, undo it, and return those that did anything: what one refuses or skips changes nothing."""
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
    """Numbers that every change moves: rooms count their changes, and acts that change no room are written down."""
    versions = Room.objects.order_by("pk").values_list("pk", "version", "deleted_at")
    return [AuditEntry.objects.count(), Report.objects.count(), list(versions)]


def mute(room: Room, user: User) -> None:
    room.memberships.filter(user=user).update(muted_until=LATER, mute_reason="")


def ban(room: Room, user: User) -> None:
    Ban.objects.create(room=room, user=user)


def actor(user: User) -> Actor:
    return Actor(user, has_shown_factor=True)
