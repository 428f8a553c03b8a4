"""Permissions: the one table that all checks use."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import User
from chat.errors import Forbidden, NotFound
from chat.models import Room
from chat.permissions.actions import PersonAction
from chat.permissions.actor import Actor
from chat.permissions.acts import ADMINISTRATOR, CARETAKER, MEMBER, MODERATOR, OWNER, ROLES_FOR, Act, allows, outranks
from chat.services.rooms import membership
from chat.services.shared.locking import authorise, authorise_on, locked_room, membership_for

pytestmark = pytest.mark.django_db

ROLES = (OWNER, MODERATOR, MEMBER, ADMINISTRATOR, CARETAKER)


def test_the_table_in_docs_roles_matches_the_code() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "roles.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$", text, re.MULTILINE)
    shown = {name: {role for role, cell in zip(ROLES, cells, strict=True) if cell.strip()} for name, *cells in rows}
    assert shown == {act.value: set(ROLES_FOR[act]) for act in Act}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_the_table_says(role: str, alice: User, mallory: User, general: Room) -> None:
    if role in (ADMINISTRATOR, CARETAKER):
        User.objects.filter(pk=mallory.pk).update(is_staff=True)
        Room.objects.filter(pk=general.pk).update(kind="public" if role == ADMINISTRATOR else "private")
    else:
        membership.join(mallory, general.pk)
        general.memberships.filter(user=mallory).update(role=role)
    room = locked_room(general.pk)
    for act in Act:
        if allows([role], act):
            assert role in authorise(Actor(mallory), room, act)
        else:
            with pytest.raises(Forbidden):
                authorise(Actor(mallory), room, act)


def test_to_an_outsider_there_is_no_such_room(mallory: User, secret: Room) -> None:
    with pytest.raises(NotFound):
        authorise(Actor(mallory), locked_room(secret.pk), Act.CHANGE_SETTINGS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("other", ROLES)
def test_nobody_acts_on_their_own_rank_or_above(role: str, other: str) -> None:
    ranks = [CARETAKER, MEMBER, MODERATOR, OWNER, ADMINISTRATOR]
    assert outranks([role], [other]) == (ranks.index(role) > ranks.index(other))


def test_nobody_acts_on_themselves(alice: User, general: Room) -> None:
    room = locked_room(general.pk)
    assert authorise(Actor(alice), room, Act.MUTE)
    with pytest.raises(Forbidden):
        authorise_on(Actor(alice), room, PersonAction.MUTE, alice.pk)


def test_an_administrator_has_no_role_in_a_direct_conversation(alice: User, bob: User, admin_user: User) -> None:
    direct = membership.create_room(alice, "between us")
    room = locked_room(direct.pk)
    assert authorise(Actor(admin_user), room, Act.DELETE_ROOM)
    Room.objects.filter(pk=direct.pk).update(kind=Room.Kind.DIRECT)
    with pytest.raises(NotFound):
        authorise(Actor(admin_user), locked_room(direct.pk), Act.DELETE_ROOM)


def test_an_archived_room_allows_only_decisions_about_the_room_itself(alice: User, general: Room) -> None:
    assert membership_for(alice, locked_room(general.pk), Act.POST)
    Room.objects.filter(pk=general.pk).update(archived_at=general.created_at)
    room = locked_room(general.pk)
    assert authorise(Actor(alice), room, Act.DELETE_ROOM)
    with pytest.raises(Forbidden):
        membership_for(alice, room, Act.POST)
    with pytest.raises(Forbidden):
        authorise(Actor(alice), room, Act.CHANGE_SETTINGS)
