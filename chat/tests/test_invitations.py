"""Adding members, and invitation links."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from chat.errors import Forbidden, Invalid, NotFound
from chat.models import AuditEntry, Ban, Invite, Room
from chat.permissions.actor import Actor
from chat.protocol.events import user_card
from chat.services.rooms import archive, invites
from chat.tests.test_services import refuses
from conftest import make_person

pytestmark = pytest.mark.django_db


def acts(room: Room) -> list[str]:
    return list(AuditEntry.objects.filter(room_id=room.pk).order_by("pk").values_list("act", flat=True))[1:]


class TestAdding:
    def test_those_who_run_a_room_add_people(self, alice: User, bob: User, mallory: User, secret: Room) -> None:
        assert refuses(Forbidden, invites.add_people, Actor(bob), secret.pk, [mallory])
        assert refuses(NotFound, invites.add_people, Actor(mallory), secret.pk, [mallory])
        assert invites.add_people(Actor(alice), secret.pk, [bob, mallory]) == [mallory]
        notice = secret.messages.order_by("-position")[0]
        assert notice.author == alice
        assert notice.notice == {"what": "added", "who": user_card(mallory)}
        assert AuditEntry.objects.get(act="member.added").person_name == "mallory"

    def test_adding_a_banned_user_names_them_and_adds_nobody(self, alice: User, mallory: User, secret: Room) -> None:
        carol = make_person("carol", "Carol")
        banned = Ban.objects.create(user=mallory, room=secret)
        with pytest.raises(Forbidden, match="Mallory is banned"):
            invites.add_people(Actor(alice), secret.pk, [carol, mallory])
        assert not secret.memberships.of(carol).exists()
        banned.delete()
        assert invites.add_people(Actor(alice), secret.pk, [carol, mallory]) == [carol, mallory]


class TestLinks:
    def link(self, by: User, room: Room, **limits: Any) -> str:
        return invites.make_link(Actor(by), room.pk, **limits)[1]

    def test_a_user_with_an_invite_link_joins_the_room(self, alice: User, mallory: User, secret: Room) -> None:
        token = self.link(alice, secret)
        assert invites.room_behind(mallory, token) == secret
        assert invites.accept(mallory, token) == secret
        assert secret.memberships.of(mallory).get().role == "member"
        assert secret.messages.order_by("-position")[0].notice == {"what": "joined"}

    def test_only_a_digest_of_an_invite_link_is_stored(self, alice: User, secret: Room) -> None:
        token = self.link(alice, secret)
        assert len(token) >= 32
        assert token not in str(list(Invite.objects.values()) + list(AuditEntry.objects.values()))

    def test_only_those_who_run_a_room_make_and_revoke_invite_links(
        self, alice: User, bob: User, mallory: User, secret: Room
    ) -> None:
        assert refuses(Forbidden, invites.make_link, Actor(bob), secret.pk)
        assert refuses(NotFound, invites.make_link, Actor(mallory), secret.pk)
        invite, _token = invites.make_link(Actor(alice), secret.pk)
        assert refuses(Forbidden, invites.revoke_link, Actor(bob), invite.pk)
        assert refuses(NotFound, invites.revoke_link, Actor(mallory), invite.pk)
        assert refuses(NotFound, invites.revoke_link, Actor(alice), 999_999)
        assert invites.revoke_link(Actor(alice), invite.pk).revoked_at

    @pytest.mark.parametrize("ending", ["revoked", "expired", "used up", "wrong"])
    def test_an_invite_link_that_no_longer_works_reveals_nothing(
        self, alice: User, bob: User, mallory: User, secret: Room, ending: str
    ) -> None:
        invite, token = invites.make_link(Actor(alice), secret.pk, most_uses=1)
        assert invites.room_behind(mallory, token)
        match ending:
            case "revoked":
                invites.revoke_link(Actor(alice), invite.pk)
                invites.revoke_link(Actor(alice), invite.pk)
                assert acts(secret) == ["invite.made", "invite.revoked"]
            case "expired":
                Invite.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
            case "used up":
                invites.accept(make_person("carol", "Carol"), token)
            case "wrong":
                token += "\ud800"
        assert refuses(NotFound, invites.room_behind, mallory, token)
        assert refuses(NotFound, invites.accept, mallory, token)
        assert ending == "wrong" or invites.accept(bob, token) == secret  # a member is redirected to the room

    @pytest.mark.parametrize(
        "limits",
        [{"most_uses": 0}, {"most_uses": 10_001}, {"expires_at": timezone.now()}],
        ids=["no uses", "too many uses", "expires at once"],
    )
    def test_an_invite_link_that_nobody_could_use_is_refused(
        self, alice: User, secret: Room, limits: dict[str, Any]
    ) -> None:
        assert self.link(alice, secret, most_uses=10_000, expires_at=timezone.now() + timedelta(hours=1))
        assert refuses(Invalid, invites.make_link, Actor(alice), secret.pk, **limits)

    def test_members_do_not_use_up_an_invite_link(self, alice: User, bob: User, mallory: User, secret: Room) -> None:
        token = self.link(alice, secret, most_uses=1)
        for _ in range(2):
            assert invites.accept(bob, token) == secret
        assert invites.accept(mallory, token) == secret

    def test_no_link_leads_around_a_ban_or_into_an_archive(self, alice: User, mallory: User, secret: Room) -> None:
        token = self.link(alice, secret, most_uses=1)
        banned = Ban.objects.create(user=mallory, room=secret)
        assert refuses(Forbidden, invites.accept, mallory, token)
        banned.delete()
        archive.archive(Actor(alice), secret.pk)
        assert refuses(Forbidden, invites.accept, mallory, token)
        archive.restore(Actor(alice), secret.pk)
        assert invites.accept(mallory, token) == secret


@pytest.mark.django_db(transaction=True)
def test_of_ten_users_at_once_only_three_join_by_a_link_for_three(alice: User, secret: Room) -> None:
    _invite, token = invites.make_link(Actor(alice), secret.pk, most_uses=3)
    people = [make_person(f"person{number}", f"Person {number}") for number in range(10)]
    with ThreadPoolExecutor(10) as threads:
        came_in = list(threads.map(lambda person: comes_in(person, token), people))
    assert sum(came_in) == 3
    assert Invite.objects.get().uses == 3
    assert secret.memberships.current().count() == 2 + 3


def comes_in(person: User, token: str) -> bool:
    try:
        invites.accept(person, token)
    except NotFound:
        return False
    finally:
        connection.close()
    return True
