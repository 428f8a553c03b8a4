"""Administrators see the name and the numbers of private rooms, and reported messages; the rest is for members."""

from collections.abc import Callable
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from chat.errors import Forbidden, Invalid
from chat.hub.layer.connection_census import Socket
from chat.models import AuditEntry, Membership, Report, Room
from chat.permissions.actor import Actor
from chat.services.messages import posting
from chat.services.moderation import moderation, reports, roles
from chat.services.removal.delete_room import delete_room
from chat.services.removal.retention import set_retention
from chat.services.rooms import archive, invites, membership
from chat.services.rooms import settings as room_settings
from chat.tests.helpers.site_admin import signed_in
from chat.views.site_admin.connections import rows_of

pytestmark = pytest.mark.django_db

TOPIC = "Layoffs on Monday"

Act = Callable[[Actor, Room, User], object]

LEFT_TO_ITS_PEOPLE: dict[str, Act] = {
    "add": lambda by, room, bob: invites.add_people(by, room.pk, [User.objects.get(username="mallory")]),
    "make a link": lambda by, room, bob: invites.make_link(by, room.pk),
    "transfer": lambda by, room, bob: roles.transfer(by, room.pk, bob.pk),
    "make a moderator": lambda by, room, bob: roles.set_role(by, room.pk, bob.pk, "moderator"),
    "make public": lambda by, room, bob: room_settings.change_settings(room.pk, by=by, kind="public"),
    "rename": lambda by, room, bob: room_settings.change_settings(room.pk, by=by, name="renamed"),
    "remove": lambda by, room, bob: moderation.remove_member(by, room.pk, bob.pk),
    "lock": lambda by, room, bob: moderation.lock(by, room.pk),
}

DECIDED_BY_ADMINISTRATORS: dict[str, Act] = {
    "archive": lambda by, room, bob: archive.archive(by, room.pk),
    "delete": lambda by, room, bob: delete_room(by, room.pk),
    "keep messages for a year": lambda by, room, bob: set_retention(by, room.pk, 365),
}


@pytest.fixture
def inner(secret: Room, alice: User) -> Room:
    """Create Alice's private room, with a topic that outsiders must not see."""
    return room_settings.change_settings(secret.pk, by=Actor(alice), topic=TOPIC)


def shown(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(name, args=args)).content.decode()


class TestActs:
    @pytest.mark.parametrize("act", LEFT_TO_ITS_PEOPLE)
    def test_an_act_inside_a_private_room_is_left_to_its_own_people(
        self, act: str, admin_user: User, bob: User, mallory: User, general: Room, secret: Room
    ) -> None:
        LEFT_TO_ITS_PEOPLE[act](Actor(admin_user), general, bob)
        with pytest.raises(Forbidden):
            LEFT_TO_ITS_PEOPLE[act](Actor(admin_user), secret, bob)

    @pytest.mark.parametrize("act", DECIDED_BY_ADMINISTRATORS)
    def test_administrators_decide_what_becomes_of_a_private_room(
        self, act: str, admin_user: User, bob: User, secret: Room
    ) -> None:
        DECIDED_BY_ADMINISTRATORS[act](Actor(admin_user), secret, bob)

    def test_an_administrator_who_is_a_member_has_the_rights_of_a_member_and_may_be_removed(
        self, admin_user: User, alice: User, bob: User, secret: Room
    ) -> None:
        membership.add_member(secret.pk, admin_user)
        with pytest.raises(Forbidden):
            moderation.remove_member(Actor(admin_user), secret.pk, bob.pk)
        moderation.remove_member(Actor(alice), secret.pk, admin_user.pk)
        assert not secret.memberships.of(admin_user).exists()

    def test_newcomers_do_not_become_members_of_a_private_room(
        self, admin_user: User, alice: User, general: Room
    ) -> None:
        by = Actor(admin_user)
        assert room_settings.change_settings(general.pk, by=by, default=True).is_default
        assert not room_settings.change_settings(general.pk, by=Actor(alice), kind="private").is_default
        room_settings.change_settings(general.pk, by=Actor(alice), kind="public")
        with pytest.raises(Invalid):
            room_settings.change_settings(general.pk, by=by, kind="private", default=True)


class TestReports:
    def reported(self, room: Room, alice: User, bob: User) -> Report:
        said = posting.post_message(bob, room.pk, body="Rude words", client_id=uuid4())
        return reports.report_message(alice, room.pk, said.pk, "Rude")

    def test_administrators_see_and_delete_what_was_reported_and_nothing_else(
        self, admin_user: User, alice: User, bob: User, secret: Room
    ) -> None:
        report = self.reported(secret, alice, bob)
        other = posting.post_message(bob, secret.pk, body="Between us", client_id=uuid4())
        page = shown(signed_in(admin_user), "chat:site-admin:reports")
        assert "Rude words" in page
        assert "Between us" not in page
        with pytest.raises(Forbidden):
            moderation.delete_message(Actor(admin_user), secret.pk, other.pk)
        reports.settle(Actor(admin_user), report.pk, Report.Outcome.DELETED)
        assert secret.messages.get(pk=report.message_id or 0).is_deleted

    def test_a_report_is_settled_by_a_moderator_of_the_room_too(self, alice: User, bob: User, secret: Room) -> None:
        report = self.reported(secret, alice, bob)
        with pytest.raises(Forbidden):
            reports.settle(Actor(bob), report.pk, Report.Outcome.DISMISSED)
        assert reports.settle(Actor(alice), report.pk, Report.Outcome.DISMISSED).settled_at


class TestPages:
    def test_the_list_of_rooms_has_the_name_and_the_numbers_of_a_private_room_and_not_its_topic(
        self, admin_user: User, alice: User, general: Room, inner: Room
    ) -> None:
        room_settings.change_settings(general.pk, by=Actor(alice), topic="Be kind")
        client = signed_in(admin_user)
        page = shown(client, "chat:site-admin:rooms")
        assert "Be kind" in page
        assert "secret" in page
        assert TOPIC not in page
        assert "secret" not in client.get(reverse("chat:site-admin:rooms"), {"q": "Layoffs"}).text
        for address in ("admin:chat_room_change", "chat:room-settings:removal"):
            page = shown(client, address, inner.pk)
            assert "secret" in page
            for hidden in (TOPIC, "alice", "Bob"):
                assert hidden not in page

    def test_the_page_of_a_user_does_not_say_which_private_rooms_they_are_in(
        self, admin_user: User, bob: User, general: Room, secret: Room
    ) -> None:
        page = shown(signed_in(admin_user), "chat:site-admin:person", bob.pk)
        assert "general" in page
        assert "secret" not in page
        assert "And 1 private room." in page

    def test_a_card_does_not_say_who_is_in_a_private_room(self, admin_user: User, bob: User, secret: Room) -> None:
        card = reverse("chat:person", args=[bob.pk])
        assert "role" not in signed_in(admin_user).get(card, {"room": secret.pk}).json()
        assert signed_in(bob).get(card, {"room": secret.pk}).json()["role"] == "member"

    def test_connections_do_not_say_in_which_private_room_a_tab_is(
        self, rf: RequestFactory, admin_user: User, bob: User, general: Room, secret: Room
    ) -> None:
        request = rf.get("/")
        request.user = admin_user
        told: Any = {"username": "bob", "name": "Bob", "device": "", "address": "", "hidden": False}
        told |= {"id": "a", "user": bob.pk, "node": "n", "host": "h"}
        sockets = [Socket(**told, since=timezone.now(), room=room.pk) for room in (general, secret)]
        assert [row.room for row in rows_of(request, sockets)] == ["general", "Private room"]


class TestLog:
    def seen(self, client: Client) -> list[tuple[str, str]]:
        entries = client.get(reverse("chat:site-admin:audit")).context["entries"].rows
        return sorted((entry.act, entry.room_name) for entry in entries)

    def test_the_sites_log_has_of_a_private_room_what_was_done_to_it_as_a_whole(
        self, admin_user: User, alice: User, bob: User, mallory: User, general: Room, secret: Room
    ) -> None:
        for room in (general, secret):
            moderation.ban(Actor(alice), room.pk, bob.pk, reason="Spam")
            archive.archive(Actor(alice), room.pk)
        client = signed_in(admin_user)
        everything = [
            ("member.banned", "general"),
            ("room.archived", "general"),
            ("room.archived", "secret"),
            ("room.created", "general"),
            ("room.created", "secret"),
        ]
        assert self.seen(client) == everything
        entries = client.get(reverse("admin:chat_auditentry_changelist")).context["cl"].result_list
        assert sorted((entry.act, entry.room_name) for entry in entries) == everything
        assert shown(client, "admin:chat_ban_changelist").count("Spam") == 1
        assert signed_in(alice).get(reverse("chat:room-settings:log", args=[secret.pk])).text.count("Spam") == 1

    def test_the_log_of_a_private_room_stays_closed_after_the_room_is_removed(
        self, admin_user: User, alice: User, bob: User, secret: Room
    ) -> None:
        moderation.ban(Actor(alice), secret.pk, bob.pk)
        delete_room(Actor(alice), secret.pk)
        Room.objects.all().delete()
        assert self.seen(signed_in(admin_user)) == [("room.created", "secret"), ("room.deleted", "secret")]
        assert AuditEntry.objects.filter(act="member.banned").exists()


class TestHandingOver:
    def test_a_command_on_the_server_makes_a_member_the_owner(
        self, admin_user: User, alice: User, bob: User, secret: Room
    ) -> None:
        alice.is_active = False
        alice.save()
        output = StringIO()
        call_command("hand_over_room", str(secret.pk), "Bob", stdout=output)
        assert "bob is now the owner of the room" in output.getvalue()
        assert secret.memberships.get(user=bob).role == Membership.Role.OWNER
        assert AuditEntry.objects.for_the_site().get(act="room.transferred").actor_name == ""

    @pytest.mark.parametrize(("room", "username"), [("secret", "mallory"), ("secret", "nobody"), ("none", "bob")])
    def test_the_command_refuses_an_unknown_room_and_someone_who_is_no_member(
        self, room: str, username: str, mallory: User, secret: Room
    ) -> None:
        with pytest.raises(CommandError):
            call_command("hand_over_room", str(secret.pk if room == "secret" else 999_999), username)
