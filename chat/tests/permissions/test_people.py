"""An action on a user in a room is offered if and only if its service performs it."""

from collections.abc import Callable
from functools import partial
from itertools import product
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from chat.models import Membership, Room
from chat.permissions.actions import PersonAction, actions_on
from chat.permissions.actor import Actor
from chat.permissions.acts import MEMBER, MODERATOR, OWNER
from chat.permissions.roles import roles_of, target_of
from chat.queries import member_card
from chat.services.moderation import moderation, mutes, roles
from chat.services.removal import purge_user
from chat.tests.permissions.cases import (
    EVERYBODY,
    LATER,
    OF_A_DIRECT_CONVERSATION,
    PROTECTED,
    Stands,
    actor,
    ban,
    done_by,
    mute,
    place,
    rolled_back,
    say,
)
from chat.views.room_settings.member_actions import acts_on

pytestmark = pytest.mark.django_db

Do = Callable[[Actor, int, int], object]

# Services use the terms that a case may have set up already: a mute or a ban on the same terms changes nothing.
SERVICES: dict[PersonAction, Do] = {
    PersonAction.MUTE: lambda by, room, user: mutes.mute(by, room, user, until=LATER),
    PersonAction.UNMUTE: mutes.unmute,
    PersonAction.REMOVE: moderation.remove_member,
    PersonAction.BAN: moderation.ban,
    PersonAction.UNBAN: moderation.unban,
    PersonAction.MAKE_MODERATOR: lambda by, room, user: roles.set_role(by, room, user, MODERATOR),
    PersonAction.MAKE_MEMBER: lambda by, room, user: roles.set_role(by, room, user, MEMBER),
    PersonAction.TRANSFER: roles.transfer,
    PersonAction.PURGE: purge_user.purge,
}


def deactivate(room: Room, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def leave(room: Room, user: User) -> None:
    room.memberships.filter(user=user).update(left_at=timezone.now())


def archive(room: Room, user: User) -> None:
    Room.objects.filter(pk=room.pk).update(archived_at=timezone.now())


STATES: dict[str, list[Callable[[Room, User], None]]] = {
    "muted": [mute],
    "banned": [leave, ban],
    "muted and gone": [mute, leave],
    "muted and banned": [mute, leave, ban],
    "deactivated": [deactivate],
    "deactivated and muted": [deactivate, mute],
    "archived": [archive],
    "archived and muted": [archive, mute],
    "archived and banned": [archive, leave, ban],
}


PAIRS: dict[str, list[tuple[Stands, Stands]]] = {
    Room.Kind.PUBLIC: list(product(EVERYBODY, PROTECTED)),
    Room.Kind.PRIVATE: list(product(EVERYBODY, [Stands(MEMBER), Stands(MEMBER, is_administrator=True), Stands(OWNER)])),
    Room.Kind.DIRECT: list(product(OF_A_DIRECT_CONVERSATION, OF_A_DIRECT_CONVERSATION)),
}


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    return User.objects.create_user("alice"), User.objects.create_user("bob")


@pytest.fixture(params=Room.Kind.values)
def room(request: pytest.FixtureRequest, people: tuple[User, User]) -> Room:
    """Create a room of each kind that neither user has ever joined."""
    key = "-".join(str(user.pk) for user in people) if request.param == Room.Kind.DIRECT else None
    return Room.objects.create(name="" if key else f"room {uuid4().hex}", kind=request.param, people_key=key)


def check(room: Room, alice: User, bob: User, case: object) -> None:
    """Compare the offered actions with the effects of the services, for everything that Alice could do to Bob."""
    room.refresh_from_db()
    bob.refresh_from_db()
    by = actor(alice)
    own, target = roles_of(by, room), target_of(by, room, bob)
    offered = actions_on(own, room, target)
    services = {action: partial(do, by, room.pk, bob.pk) for action, do in SERVICES.items()}
    assert offered == done_by(services), case
    check_card(by, room, own, bob, offered)
    check_page(by, room, bob, offered)


def check_card(by: Actor, room: Room, own: frozenset[str], bob: User, offered: frozenset[PersonAction]) -> None:
    if member_card.room_seen_by(by, room.pk):
        acts = set(member_card.standing_in(by, room, own, bob).get("acts", ()))
        roles_offered = offered & {PersonAction.MAKE_MODERATOR, PersonAction.MAKE_MEMBER}
        assert acts == offered - roles_offered - {PersonAction.PURGE} | ({"role"} if roles_offered else set())


def check_page(by: Actor, room: Room, bob: User, offered: frozenset[PersonAction]) -> None:
    on_page = {PersonAction.MAKE_MODERATOR, PersonAction.MAKE_MEMBER, PersonAction.TRANSFER, PersonAction.REMOVE}
    members = Membership.objects.of(bob).filter(room=room).select_related("user")
    for _member, acts in acts_on(by, room, members):
        assert {act.action for _name, act in acts} == offered & on_page


def test_an_action_on_a_member_is_offered_if_and_only_if_the_service_does_it(
    room: Room, people: tuple[User, User]
) -> None:
    alice, bob = people
    say(room, bob)
    for own, other in PAIRS[room.kind]:
        with rolled_back():
            place(alice, room, own)
            place(bob, room, other)
            check(room, alice, bob, f"{own} on {other}")


def test_an_action_on_oneself_is_offered_if_and_only_if_the_service_does_it(
    room: Room, people: tuple[User, User]
) -> None:
    alice, _bob = people
    say(room, alice)
    for own in EVERYBODY:
        with rolled_back():
            place(alice, room, own)
            check(room, alice, alice, f"{own} on themselves")


@pytest.mark.parametrize("state", STATES)
def test_an_action_on_somebody_muted_banned_or_gone_is_offered_if_and_only_if_the_service_does_it(
    state: str, people: tuple[User, User]
) -> None:
    alice, bob = people
    room = Room.objects.create(name="general")
    say(room, bob)
    runners = [Stands(MODERATOR), Stands(None, is_administrator=True)]
    others = [Stands(MEMBER), Stands(OWNER)]
    for own, other in product(runners, others):
        with rolled_back():
            place(alice, room, own)
            place(bob, room, other)
            for change in STATES[state]:
                change(room, bob)
            check(room, alice, bob, f"{own} on {other}, {state}")
