"""Pages for joining a room, and pages for running it."""

from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from chat.models import Ban, Invite, Membership, Room
from chat.permissions.actor import Actor
from chat.queries import pagination
from chat.services.messages.posting import post_message
from chat.services.rooms import archive, invites, membership
from chat.services.rooms import settings as room_settings
from chat.templatetags.numbers import grouped
from chat.tests.test_pages import signed_in
from chat.views import rooms as views
from conftest import make_person

pytestmark = pytest.mark.django_db


def settings_of(room: Room, page: str = "general", *more: int) -> str:
    return reverse(f"chat:room-settings:{page}", args=[room.pk, *more])


def fields(answer: Any) -> set[str]:
    return set(answer.context["form"].fields)


def text_of(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


class TestNewRoom:
    def test_a_new_room_has_everything_that_the_form_says(self, alice: User) -> None:
        data = {"name": "squids", "emoji": "🦑", "topic": "Ten arms", "kind": "private", "read_only": "on"}
        answer = signed_in(alice).post(reverse("chat:new-room"), data | {"description": "x" * 249 + "\r\n" + "x" * 250})
        room = Room.objects.of(alice).get()
        assert answer["Location"] == room.get_absolute_url()
        assert (room.kind, room.emoji, room.is_read_only, len(room.description)) == ("private", "🦑", True, 500)

    def test_the_form_of_a_new_room_explains_an_error_and_keeps_its_values(self, alice: User, general: Room) -> None:
        data = {"name": "GENERAL", "topic": "Mine", "kind": "public"}
        answer = signed_in(alice).post(reverse("chat:new-room"), data)
        assert answer.status_code == 422
        assert "A public room with this name or a similar one already exists." in text_of(answer)
        assert 'value="Mine"' in text_of(answer)


class TestJoinPage:
    def test_a_banned_user_sees_the_end_and_the_reason_in_place_of_the_join_button(
        self, mallory: User, general: Room
    ) -> None:
        client = signed_in(mallory)
        assert "Join room" in text_of(client.get(general.get_absolute_url()))
        Ban.objects.create(user=mallory, room=general, reason="Spam", until=timezone.now() + timedelta(days=1))
        for answer in (
            client.get(general.get_absolute_url()),
            client.post(reverse("chat:join", args=[general.pk])),
            client.post(reverse("chat:go"), {"name": "general"}),
        ):
            assert "You are banned from this room until" in text_of(answer)
            assert "Reason: Spam" in text_of(answer)
            assert "Join room" not in text_of(answer)
        assert not Room.objects.of(mallory).exists()

    def test_the_old_name_of_a_room_leads_to_the_room(self, alice: User, mallory: User, general: Room) -> None:
        room_settings.change_settings(general.pk, by=Actor(alice), name="lobby")
        answer = signed_in(mallory).post(reverse("chat:go"), {"name": "General"})
        assert answer["Location"] == general.get_absolute_url()


class TestInviteLink:
    @pytest.fixture
    def link(self, alice: User, secret: Room) -> str:
        return reverse("chat:invited", args=[invites.make_link(Actor(alice), secret.pk)[1]])

    def test_an_invite_link_shows_the_room_and_lets_a_user_join(self, link: str, mallory: User, secret: Room) -> None:
        client = signed_in(mallory)
        answer = client.get(link)
        assert "secret" in text_of(answer)
        assert "2 members" in text_of(answer)
        assert answer.context["room"]["here"] is None  # presence in a private room is secret
        assert not Room.objects.of(mallory).exists()
        assert client.post(link)["Location"] == secret.get_absolute_url()
        assert client.get(link)["Location"] == secret.get_absolute_url()

    def test_an_invite_link_leads_through_sign_in_and_sign_up_and_back(
        self, client: Client, link: str, mallory: User
    ) -> None:
        sign_in = client.get(link)["Location"]
        page = client.get(sign_in)
        assert f"{reverse('account_signup')}?next={link}" in unescape(page.content.decode()).replace("%2F", "/")
        answer = client.post(sign_in, {"login": "mallory", "password": "mallory's password", "next": link})
        assert urlsplit(answer["Location"]).path == link

    def test_a_revoked_invite_link_looks_like_one_that_never_existed(self, link: str, mallory: User) -> None:
        client = signed_in(mallory)
        assert client.get(link).status_code == 200
        Invite.objects.update(revoked_at=timezone.now())
        for dead in (link, reverse("chat:invited", args=["x" * 32])):
            for answer in (client.get(dead), client.post(dead)):
                assert answer.status_code == 404
                assert "This link no longer works" in text_of(answer)
                assert "secret" not in text_of(answer)

    def test_an_invite_link_tells_a_banned_user_that_they_are_banned(
        self, link: str, mallory: User, secret: Room
    ) -> None:
        Ban.objects.create(user=mallory, room=secret)
        answer = signed_in(mallory).post(link)
        assert answer.status_code == 403
        assert "You are banned from this room." in text_of(answer)


class TestGeneral:
    def test_the_settings_form_has_only_the_fields_that_the_user_may_change(
        self, alice: User, bob: User, mallory: User, admin_user: User, general: Room
    ) -> None:
        page = settings_of(general)
        assert signed_in(mallory).get(page).status_code == 404
        assert signed_in(bob).get(page).status_code == 403
        general.memberships.filter(user=bob).update(role=Membership.Role.MODERATOR)
        moderators = {"name", "topic", "description", "emoji"}
        assert fields(signed_in(bob).get(page)) == moderators
        assert fields(signed_in(alice).get(page)) == moderators | {"kind", "read_only"}
        assert fields(signed_in(admin_user).get(page)) == moderators | {"kind", "read_only", "default"}
        signed_in(bob).post(page, {"name": "lobby", "kind": "private", "default": "on", "description": "a\r\nb"})
        general.refresh_from_db()
        assert (general.name, general.kind, general.is_default) == ("lobby", "public", False)
        assert general.description == "a\nb"

    def test_the_settings_form_explains_a_refusal(self, alice: User, general: Room) -> None:
        membership.create_room(alice, "lobby")
        answer = signed_in(alice).post(settings_of(general), {"name": "Lobby", "kind": "public"})
        assert answer.status_code == 422
        assert "A public room with this name or a similar one already exists." in text_of(answer)

    def test_the_settings_page_archives_and_restores_a_room(self, alice: User, general: Room) -> None:
        client = signed_in(alice)
        client.post(settings_of(general, "archive"), {"reason": "The season is over"})
        assert Room.objects.filter(pk=general.pk).exclude(archived_at=None).exists()
        assert "Unarchive room" in text_of(client.get(settings_of(general)))
        assert client.post(settings_of(general), {"name": "lobby", "kind": "public"}).status_code == 422
        client.post(settings_of(general, "restore"))
        assert client.post(settings_of(general), {"name": "lobby", "kind": "public"}).status_code == 302


class TestMembers:
    def test_the_members_page_lists_those_who_run_the_room_first_and_finds_members(
        self, alice: User, general: Room
    ) -> None:
        carol = make_person("carol", "Carol")
        membership.add_member(general.pk, carol, role=Membership.Role.MODERATOR)
        client = signed_in(alice)
        listed = client.get(settings_of(general, "members")).context["found"]
        assert [member.user.username for member in listed] == ["alice", "carol", "bob"]
        found = client.get(settings_of(general, "members"), {"q": "ca\0", "page": "9"}).context["found"]
        assert [member.user.username for member in found] == ["carol"]

    def test_the_members_page_adds_people_by_their_usernames(
        self, alice: User, bob: User, mallory: User, secret: Room
    ) -> None:
        client, page = signed_in(alice), settings_of(secret, "members")
        answer = client.post(page, {"people": "mallory, nobody"})
        assert answer.status_code == 422
        assert "There is no user called nobody." in text_of(answer)
        assert not Room.objects.of(mallory).exists()
        answer = client.post(page, {"people": "@MALLORY bob"}, follow=True)
        assert "Mallory was added." in text_of(answer)
        assert signed_in(bob).post(page, {"people": "mallory"}).status_code == 403

    def test_the_members_page_offers_and_does_what_the_user_may_do_to_each_member(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        membership.join(mallory, general.pk)
        assert self.offered(alice, general) == {
            "alice": [],
            "bob": ["moderator", "owner", "remove"],
            "mallory": ["moderator", "owner", "remove"],
        }
        self.do(alice, general, bob, "moderator")
        assert self.offered(bob, general) == {"alice": [], "bob": [], "mallory": ["remove"]}
        self.do(bob, general, mallory, "remove", reason="Spam")
        gone = general.memberships.get(user=mallory)
        assert (gone.ending, gone.ended_by, gone.ending_reason) == ("removed", bob, "Spam")
        self.do(alice, general, bob, "owner")
        assert {one.user.username: one.role for one in general.memberships.current()} == {
            "alice": "moderator",
            "bob": "owner",
        }

    def test_the_members_page_explains_a_refused_act(self, alice: User, bob: User, general: Room) -> None:
        general.memberships.filter(user=bob).update(role="moderator")
        answer = self.do(bob, general, alice, "remove")
        assert "You can’t do that to someone with the same or a higher role." in text_of(answer)
        assert Membership.objects.of(alice).filter(room=general).exists()
        assert self.do(bob, general, alice, "crown").status_code == 400

    def test_the_owners_role_is_handed_on_and_not_taken(self, admin_user: User, alice: User, general: Room) -> None:
        assert self.offered(admin_user, general)["alice"] == ["remove"]
        answer = self.do(admin_user, general, alice, "member")
        assert "Make someone else the owner first" in text_of(answer)
        assert Membership.objects.of(alice).get(room=general).role == "owner"

    def offered(self, user: User, room: Room) -> dict[str, list[str]]:
        rows = signed_in(user).get(settings_of(room, "members")).context["rows"]
        return {member.user.username: [name for name, act in acts] for member, acts in rows}

    def do(self, by: User, room: Room, user: User, act: str, **more: str) -> Any:
        return signed_in(by).post(settings_of(room, "member", user.pk), {"act": act, **more}, follow=True)


class TestInvites:
    def test_a_link_is_shown_once_works_and_is_revoked(self, alice: User, mallory: User, secret: Room) -> None:
        client, page = signed_in(alice), settings_of(secret, "invites")
        link = client.post(page, {"hours": "24", "most_uses": "3"}).context["link"]
        token = link.rstrip("/").rpartition("/")[2]
        assert link == f"http://testserver/join/{token}/"
        assert token not in text_of(client.get(page))
        outsider = signed_in(mallory)
        assert outsider.get(urlsplit(link).path).status_code == 200
        invite = Invite.objects.get()
        assert invite.most_uses == 3
        assert timedelta(hours=23) < (invite.expires_at or timezone.now()) - timezone.now() < timedelta(hours=24)
        revoke = settings_of(secret, "revoke", invite.pk)
        assert f'action="{revoke}"' in client.get(page).content.decode()
        client.post(revoke)
        assert outsider.get(urlsplit(link).path).status_code == 404
        assert "Revoked" in text_of(client.get(page))

    def test_links_come_in_pages_those_that_work_first(
        self, alice: User, secret: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pagination, "NUMBERED_LENGTH", 2)
        made = [invites.make_link(Actor(alice), secret.pk)[0] for _ in range(3)]
        invites.revoke_link(Actor(alice), made[2].pk)
        client, page = signed_in(alice), settings_of(secret, "invites")
        pages = [client.get(page, {"page": number}) for number in (1, 2)]
        assert [[invite.pk for invite in each.context["found"]] for each in pages] == [
            [made[1].pk, made[0].pk],
            [made[2].pk],
        ]
        assert 'href="?page=2"' in pages[0].content.decode()

    @pytest.mark.parametrize("bad", [{"hours": "5"}, {"hours": "24", "most_uses": "0"}, {"most_uses": "x"}], ids=str)
    def test_an_invalid_form_makes_no_invite_link(self, alice: User, secret: Room, bad: dict[str, str]) -> None:
        assert signed_in(alice).post(settings_of(secret, "invites"), bad).status_code == 422
        assert not Invite.objects.exists()


class TestIndex:
    def test_the_directory_comes_in_pages_and_is_searched_as_a_whole(
        self, alice: User, mallory: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pagination, "NUMBERED_LENGTH", 2)
        for name in ("birds", "squids", "whales"):
            membership.create_room(alice, name, topic=f"All about {name}")
        client = signed_in(mallory)

        def found(**query: Any) -> list[str]:
            return [room["name"] for room in client.get("/", query).context["public_rooms"]]

        assert (found(), found(page=2)) == (["birds", "squids"], ["whales"])
        assert (found(q="QUID"), found(q="about w"), found(q="cats")) == (["squids"], ["whales"], [])
        assert 'href="/?page=2"' in client.get("/").content.decode()
        assert "No public rooms match" in text_of(client.get("/", {"q": "cats"}))

    def test_the_index_lists_direct_conversations_by_their_people_and_archived_rooms_apart(
        self, alice: User, bob: User, general: Room, secret: Room
    ) -> None:
        Room.objects.filter(pk=secret.pk).update(kind=Room.Kind.DIRECT, name="")
        archive.archive(Actor(alice), general.pk)
        answer = signed_in(alice).get("/")
        assert [room["id"] for room in answer.context["yours"]] == [secret.pk]
        assert [room["id"] for room in answer.context["archived"]] == [general.pk]
        assert answer.context["public_rooms"] == []
        assert "<bdi>Bob</bdi>" in text_of(answer)

    def test_a_long_list_of_own_rooms_is_folded_but_for_unread_rooms(
        self, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(views, "MOST_UNFOLDED", 2)
        own = [membership.create_room(alice, f"room {number}") for number in range(5)]
        membership.join(bob, own[3].pk)
        post_message(bob, own[3].pk, body="Hello", client_id=uuid4())
        answer = signed_in(alice).get("/")
        assert [room["name"] for room in answer.context["yours"]] == ["room 0", "room 1", "room 3"]
        assert [room["name"] for room in answer.context["more_yours"]] == ["room 2", "room 4"]
        assert "Show 2 more rooms" in text_of(answer)

    def test_counts_have_their_thousands_set_apart(self) -> None:
        assert [grouped(number) for number in (0, 999, 2276, 1_000_000, "?")] == ["0", "999", "2,276", "1,000,000", "?"]
        with translation.override("de"):
            assert grouped(2276) == "2.276"

    def test_the_index_shows_emoji_topic_and_description_of_a_room(self, alice: User) -> None:
        membership.create_room(alice, "squids", description="First line\nsecond", emoji="🦑", topic="Ten arms")
        text = text_of(signed_in(alice).get("/"))
        for words in ("🦑", "Ten arms", "<bdi>First line</bdi>", "1 member", "Joined"):
            assert words in text
