"""An act in a room is offered to a role if and only if its service performs it."""

from collections.abc import Callable
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from chat.models import Room
from chat.permissions.actions import actions_in
from chat.permissions.actor import Actor
from chat.permissions.acts import Act
from chat.permissions.roles import roles_of
from chat.services.messages import posting
from chat.services.moderation import moderation
from chat.services.removal import delete_room, retention
from chat.services.rooms import archive, invites
from chat.services.rooms.settings import change_settings
from chat.tests.permissions.cases import EVERYBODY, Stands, actor, done_by, place, rolled_back

pytestmark = pytest.mark.django_db

Do = Callable[[Actor, Room], object]


def post(by: Actor, room: Room, kind: str = "text") -> object:
    assert by.user is not None
    return posting.post_message(by.user, room.pk, body="Hello", client_id=uuid4(), kind=kind)


def turn(by: Actor, room: Room) -> object:
    return archive.restore(by, room.pk) if room.archived_at else archive.archive(by, room.pk)


# Acts whose services need no target. They change any room with the defaults of Room().
SERVICES: dict[Act, Do] = {
    Act.POST: post,
    Act.POST_NOTICE: partial(post, kind="notice"),
    Act.INVITE: lambda by, room: invites.make_link(by, room.pk),
    Act.LOCK: lambda by, room: moderation.lock(by, room.pk),
    Act.SLOW: lambda by, room: moderation.set_slow(by, room.pk, 30),
    Act.CHANGE_SETTINGS: lambda by, room: change_settings(room.pk, by=by, topic="Tea"),
    Act.CHANGE_KIND: lambda by, room: change_settings(room.pk, by=by, read_only=True),
    Act.MAKE_DEFAULT: lambda by, room: change_settings(room.pk, by=by, default=True),
    Act.ARCHIVE: turn,
    Act.DELETE_ROOM: lambda by, room: delete_room.delete_room(by, room.pk),
    Act.CHANGE_RETENTION: lambda by, room: retention.set_retention(by, room.pk, 30),
}


@pytest.mark.parametrize("is_archived", [False, True])
@pytest.mark.parametrize("kind", Room.Kind.values)
def test_an_act_is_offered_in_a_room_if_and_only_if_the_service_does_it(kind: str, is_archived: bool, db: None) -> None:
    alice = User.objects.create_user("alice")
    for own in EVERYBODY:
        if kind == Room.Kind.DIRECT and own.role not in {None, "member"}:
            continue  # there are none
        with rolled_back():
            room = Room.objects.create(
                kind=kind,
                name="" if kind == Room.Kind.DIRECT else "general",
                archived_at=timezone.now() if is_archived else None,
            )
            place(alice, room, own)
            check(room, alice, own)


def check(room: Room, alice: User, own: Stands) -> None:
    by = actor(alice)
    offered = actions_in(roles_of(by, room), room) & set(SERVICES)
    assert offered == done_by({act: partial(do, by, room) for act, do in SERVICES.items()}), own


def test_to_an_administrator_without_a_second_factor_nothing_more_is_offered_than_to_a_member(
    db: None, settings: object
) -> None:
    settings.ADMIN_SECOND_FACTOR = True  # type: ignore[attr-defined]
    alice, room = User.objects.create_user("alice"), Room.objects.create(name="general")
    place(alice, room, Stands("member", is_administrator=True))
    member = actions_in({"member"}, room)
    assert actions_in(roles_of(actor(alice), room), room) > member
    assert actions_in(roles_of(Actor(alice), room), room) == member
