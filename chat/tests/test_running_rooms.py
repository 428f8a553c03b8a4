"""Changes of a room: its settings, its names, its owner, its archive."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.helpers.entrance import confirm, mailed_code, sign_up
from chat.errors import Forbidden, Invalid, NotFound
from chat.models import AuditEntry, Ban, Membership, Room
from chat.permissions.actor import Actor
from chat.services.rooms import archive, membership
from chat.services.rooms import settings as room_settings
from chat.tests.test_services import refuses
from conftest import make_person

pytestmark = pytest.mark.django_db


def notices(room: Room) -> list[dict[str, Any]]:
    told = [message.notice or {} for message in room.messages.exclude(notice=None).order_by("position")]
    return [notice for notice in told if notice["what"] != "joined"]


def logged(room: Room) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Return the audit log of a room after its creation: act, actor, address, details."""
    entries = AuditEntry.objects.filter(room_id=room.pk).exclude(act=AuditEntry.Act.ROOM_CREATED).order_by("pk")
    return list(entries.values_list("act", "actor_name", "address", "details"))


def make_moderator(room: Room, user: User) -> None:
    room.memberships.filter(user=user).update(role=Membership.Role.MODERATOR)


def ban(user: User, room: Room, **details: Any) -> Ban:
    return Ban.objects.create(user=user, room=room, **details)


class TestMaking:
    def test_a_room_has_all_that_it_was_given_and_is_in_the_log(self, alice: User) -> None:
        room = membership.create_room(
            alice,
            "squids",
            kind="private",
            topic=" Ten arms ",
            description="One\r\nTwo",
            emoji=":squid:",
            read_only=True,
            address="192.0.2.7",
        )
        room.refresh_from_db()
        assert (room.kind, room.topic, room.description, room.emoji) == ("private", "Ten arms", "One\nTwo", "🦑")
        assert room.is_read_only
        entry = AuditEntry.objects.get(act="room.created")
        assert (entry.actor_name, entry.room_name, entry.address) == ("alice", "squids", "192.0.2.7")

    @pytest.mark.parametrize(
        "badly",
        [
            {"topic": "x" * 251},
            {"topic": "a\nb"},
            {"topic": "a\0b"},
            {"topic": "\u3164"},
            {"description": "\u200b\n\u2800"},
            {"description": "x" * 501},
            {"description": "a\x1bb"},
            {"emoji": "squid"},
            {"emoji": "🦑🦑"},
            {"kind": "direct"},
        ],
        ids=lambda fields: " ".join(f"{name}={value[:10]!a}" for name, value in fields.items()),
    )
    def test_a_room_with_an_invalid_field_is_refused(self, alice: User, badly: dict[str, str]) -> None:
        assert membership.create_room(alice, "squids", topic="x" * 250, description="👩‍🔬\n" + "x" * 490, emoji="👩‍🔬")
        assert refuses(Invalid, membership.create_room, alice, "others", **badly)
        assert not Room.objects.filter(name="others").exists()


class TestSettings:
    def test_only_settings_that_changed_are_told_and_logged(self, alice: User, general: Room) -> None:
        before = Room.objects.get(pk=general.pk).version
        room = room_settings.change_settings(
            general.pk, by=Actor(alice, "192.0.2.7"), name="general", topic="Be kind", emoji="🦑", read_only=True
        )
        assert room.settings_version == before + 1
        assert notices(general) == [{"what": "topic", "to": "Be kind"}, {"what": "read_only"}]
        was, now = (
            {"topic": "", "emoji": "", "read_only": False},
            {"topic": "Be kind", "emoji": "🦑", "read_only": True},
        )
        assert logged(general) == [("room.changed", "alice", "192.0.2.7", {"before": was, "after": now})]

    def test_a_topic_that_was_allowed_once_does_not_block_other_changes(self, alice: User, general: Room) -> None:
        Room.objects.filter(pk=general.pk).update(topic="a\u200bb")
        changed = room_settings.change_settings(
            general.pk, by=Actor(alice), topic="a\u200bb", description="For everyone"
        )
        assert (changed.topic, changed.description) == ("a\u200bb", "For everyone")
        assert refuses(Invalid, room_settings.change_settings, general.pk, by=Actor(alice), topic="c\u200bd")

    def test_setting_the_same_values_again_changes_nothing(self, alice: User, general: Room) -> None:
        room_settings.change_settings(general.pk, by=Actor(alice), topic="Be kind")
        version = Room.objects.get(pk=general.pk).version
        assert (
            room_settings.change_settings(general.pk, by=Actor(alice), topic="Be kind", name="general").version
            == version
        )
        assert len(logged(general)) == 1

    def test_each_setting_needs_the_role_for_it(
        self, alice: User, bob: User, mallory: User, admin_user: User, general: Room
    ) -> None:
        make_moderator(general, bob)
        membership.join(mallory, general.pk)
        change = room_settings.change_settings
        assert change(general.pk, by=Actor(bob), description="Everything else")
        assert refuses(Forbidden, change, general.pk, by=Actor(mallory), description="Mine")
        assert change(general.pk, by=Actor(admin_user), default=True).is_default
        assert refuses(Forbidden, change, general.pk, by=Actor(alice), default=False)
        assert change(general.pk, by=Actor(alice), kind="private", read_only=True)
        assert refuses(Forbidden, change, general.pk, by=Actor(bob), kind="public")
        assert refuses(Forbidden, change, general.pk, by=Actor(bob), read_only=False)

    def test_a_direct_conversation_has_no_settings_and_cannot_be_left(
        self, alice: User, bob: User, general: Room
    ) -> None:
        assert room_settings.change_settings(general.pk, by=Actor(alice), topic="Between us")
        Room.objects.filter(pk=general.pk).update(kind=Room.Kind.DIRECT)
        assert refuses(Forbidden, room_settings.change_settings, general.pk, by=Actor(alice), topic="Mine")
        assert refuses(Invalid, membership.leave, bob, general.pk)


class TestNames:
    def rename(self, room: Room, by: User, name: str) -> Room:
        return room_settings.change_settings(room.pk, by=Actor(by), name=name)

    def test_the_old_name_of_a_public_room_leads_on_to_it(self, alice: User, mallory: User, general: Room) -> None:
        self.rename(general, alice, "Lobby")
        self.rename(general, alice, "hall")
        for name in ("GENERAL", "lobby", "hall"):
            assert membership.go_to(mallory, name) == general

    def test_a_new_room_takes_over_the_old_name_of_another(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        self.rename(general, alice, "lobby")
        other = membership.create_room(bob, "General")
        assert membership.go_to(mallory, "general") == other
        self.rename(other, bob, "hall")
        assert membership.go_to(mallory, "general") == other

    def test_a_renamed_room_takes_over_the_old_name_of_another(self, alice: User, mallory: User, general: Room) -> None:
        other = membership.create_room(alice, "other")
        self.rename(general, alice, "lobby")
        self.rename(other, alice, "general")
        assert membership.go_to(mallory, "general") == other
        assert membership.go_to(mallory, "other") == other

    def test_a_room_may_have_its_old_name_back(self, alice: User, mallory: User, general: Room) -> None:
        self.rename(general, alice, "lobby")
        self.rename(general, alice, "General")
        self.rename(general, alice, "GENERAL")
        assert general.former_names.get().name == "lobby"
        assert membership.go_to(mallory, "lobby") == general

    def test_a_room_that_becomes_private_gives_its_names_up(self, alice: User, mallory: User, general: Room) -> None:
        self.rename(general, alice, "lobby")
        assert membership.go_to(mallory, "general") == general
        membership.leave(mallory, general.pk)
        room_settings.change_settings(general.pk, by=Actor(alice), kind="private")
        for name in ("general", "lobby"):
            assert membership.go_to(mallory, name) != general

    def test_the_name_that_a_private_room_had_stays_its_secret(self, alice: User, mallory: User, secret: Room) -> None:
        room_settings.change_settings(secret.pk, by=Actor(alice), kind="public", name="open")
        assert membership.go_to(mallory, "open") == secret
        assert membership.go_to(mallory, "secret") != secret

    def test_a_private_room_does_not_become_public_under_a_name_that_is_taken(self, alice: User, general: Room) -> None:
        other = membership.create_room(alice, "General", kind="private")
        assert refuses(Invalid, room_settings.change_settings, other.pk, by=Actor(alice), kind="public")
        assert room_settings.change_settings(other.pk, by=Actor(alice), kind="public", name="other").kind == "public"


class TestArchive:
    def test_an_archived_room_is_in_no_directory_and_can_be_read_and_brought_back(
        self, alice: User, bob: User, general: Room
    ) -> None:
        room = archive.archive(Actor(alice), general.pk, reason="The season is over")
        assert general not in Room.objects.directory()
        assert general in Room.objects.of(bob)
        assert membership.go_to(bob, "general") == general
        assert refuses(Forbidden, room_settings.change_settings, general.pk, by=Actor(alice), topic="Still here?")
        version = room.version
        assert archive.archive(Actor(alice), general.pk).version == version
        archive.restore(Actor(alice), general.pk)
        assert general in Room.objects.directory()
        assert room_settings.change_settings(general.pk, by=Actor(alice), topic="Still here?")
        assert notices(general)[:2] == [{"what": "archived", "reason": "The season is over"}, {"what": "restored"}]
        assert [act for act, *_ in logged(general)] == ["room.archived", "room.restored", "room.changed"]

    def test_members_and_moderators_cannot_archive_or_restore_a_room(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        make_moderator(general, bob)
        assert refuses(Forbidden, archive.archive, Actor(bob), general.pk)
        assert refuses(NotFound, archive.archive, Actor(mallory), general.pk)
        assert archive.archive(Actor(alice), general.pk)
        assert refuses(Forbidden, archive.restore, Actor(bob), general.pk)
        assert archive.restore(Actor(alice), general.pk)

    def test_an_archived_room_cannot_be_joined_and_its_old_name_says_why(
        self, alice: User, mallory: User, general: Room
    ) -> None:
        room_settings.change_settings(general.pk, by=Actor(alice), name="lobby")
        archive.archive(Actor(alice), general.pk)
        for name in ("lobby", "general"):
            with pytest.raises(Forbidden, match="archived"):
                membership.go_to(mallory, name)
        assert refuses(Forbidden, membership.join, mallory, general.pk)
        archive.restore(Actor(alice), general.pk)
        assert membership.go_to(mallory, "general") == general


class TestBans:
    def test_a_banned_user_cannot_rejoin_and_is_told_why(self, bob: User, general: Room) -> None:
        membership.leave(bob, general.pk)
        banned = ban(bob, general, until=timezone.now() + timedelta(hours=1), reason="Spam")
        for name in ("general", "GENERAL"):
            with pytest.raises(Forbidden, match=r"banned from this room until .* \(UTC\)\. Reason: Spam"):
                membership.go_to(bob, name)
        assert refuses(Forbidden, membership.join, bob, general.pk)
        assert refuses(Forbidden, membership.add_member, general.pk, bob)
        banned.until = timezone.now() - timedelta(seconds=1)
        banned.save()
        assert membership.join(bob, general.pk) == general

    def test_a_ban_is_from_one_room(self, bob: User, mallory: User, general: Room) -> None:
        ban(mallory, general)
        assert refuses(Forbidden, membership.join, mallory, general.pk)
        assert membership.join(mallory, membership.create_room(bob, "other").pk)

    def test_a_ban_from_a_private_room_reveals_nothing_to_an_outsider(self, mallory: User, secret: Room) -> None:
        ban(mallory, secret, reason="Nosy")
        assert refuses(NotFound, membership.join, mallory, secret.pk)


class TestNewcomers:
    def test_newcomers_are_members_of_the_default_rooms(
        self, alice: User, bob: User, general: Room, secret: Room
    ) -> None:
        membership.create_room(alice, "other")
        Room.objects.filter(pk__in=[general.pk, secret.pk]).update(is_default=True)
        carol = make_person("carol", "Carol")
        assert set(Room.objects.of(carol)) == {general, secret}
        assert general.messages.order_by("-position")[0].notice == {"what": "joined"}
        archive.archive(Actor(alice), secret.pk)
        assert set(Room.objects.of(make_person("dave", "Dave"))) == {general}

    def test_a_new_user_joins_the_default_rooms_once_the_address_is_confirmed(
        self, client: Client, general: Room
    ) -> None:
        Room.objects.filter(pk=general.pk).update(is_default=True)
        assert sign_up(client, "carol", "carol@example.org") == []
        carol = User.objects.get(username="carol")
        assert not Room.objects.of(carol).exists()
        assert confirm(client, mailed_code())
        assert set(Room.objects.of(carol)) == {general}

    def test_a_user_who_left_a_default_room_is_not_added_again(self, bob: User, general: Room) -> None:
        Room.objects.filter(pk=general.pk).update(is_default=True)
        membership.leave(bob, general.pk)
        bob.display_name = "Robert"
        bob.save()
        assert not Room.objects.of(bob).exists()


class TestOwners:
    def owner(self, room: Room) -> str:
        return str(room.memberships.current().get(role=Membership.Role.OWNER).user)

    def test_the_oldest_moderator_follows_an_owner_who_leaves(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        membership.join(mallory, general.pk)
        make_moderator(general, mallory)
        membership.leave(alice, general.pk, address="192.0.2.7")
        assert self.owner(general) == "mallory"
        told = notices(general)
        assert [notice["what"] for notice in told] == ["owner", "left"]
        assert told[0]["who"]["username"] == "mallory"
        details = {"before": "alice", "after": "mallory"}
        assert logged(general) == [("room.transferred", "alice", "192.0.2.7", details)]
        changed = general.memberships.get(user=mallory)
        assert changed.version != changed.admitted

    def test_the_oldest_member_follows_an_owner_who_leaves_a_room_without_moderators(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        membership.join(mallory, general.pk)
        membership.leave(alice, general.pk)
        membership.join(alice, general.pk)
        assert self.owner(general) == "bob"

    def test_where_nobody_is_left_the_room_stays(self, alice: User, bob: User, general: Room) -> None:
        membership.leave(bob, general.pk)
        membership.leave(alice, general.pk)
        assert membership.go_to(bob, "general") == general
        assert logged(general) == []
