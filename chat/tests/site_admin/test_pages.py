"""Site administration pages: their access, the overview, rooms and users."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.sessions import sessions
from chat.models import Announcement, Report, Room
from chat.permissions.actor import Actor
from chat.services.messages import posting
from chat.services.rooms import membership
from chat.services.site import bans
from chat.tests.helpers.site_admin import direct, signed_in, text_of
from chat.tests.helpers.state import written
from testing.machine import patience

pytestmark = pytest.mark.django_db

PAGES = ("overview", "rooms", "people", "connections")


class TestAccess:
    def test_only_administrators_see_the_pages_of_the_site(
        self, admin: Client, bob: User, mallory: User, general: Room
    ) -> None:
        addresses = [reverse(f"chat:site-admin:{name}") for name in PAGES]
        addresses.append(reverse("chat:site-admin:person", args=[bob.pk]))
        for address in addresses:
            assert admin.get(address).status_code == 200
            for other in (bob, mallory):
                assert signed_in(other).get(address).status_code == 404

    def test_only_administrators_use_the_forms_of_the_site(self, admin: Client, bob: User, mallory: User) -> None:
        signed_in(bob)
        for name, *arguments in (("ban", bob.pk), ("unban", bob.pk), ("end-sessions", bob.pk)):
            address = reverse(f"chat:site-admin:{name}", args=arguments)
            assert signed_in(mallory).post(address).status_code == 404
            assert User.objects.get(pk=bob.pk).is_active
        assert sessions.of(bob)
        assert not written().exists()
        assert admin.post(reverse("chat:site-admin:ban", args=[bob.pk])).status_code == 302

    def test_a_get_request_does_not_ban(self, admin: Client, bob: User) -> None:
        assert admin.get(reverse("chat:site-admin:ban", args=[bob.pk])).status_code == 405


class TestOverview:
    def test_the_overview_has_figures_and_open_reports(
        self, admin: Client, alice: User, bob: User, general: Room
    ) -> None:
        direct(alice, bob)
        posted = posting.post_message(alice, general.pk, body="Hello", client_id=uuid4())
        text = text_of(admin, "overview")
        assert "to review" not in text
        Report.objects.create(room=general, message=posted, reporter=bob, body="Hello")
        Announcement.objects.create(text="Back at noon")
        context = admin.get(reverse("chat:site-admin:overview")).context
        figures = ("online", "rooms", "directs", "messages_today", "open_reports", "people")
        assert [context[name] for name in figures] == [0, 1, 1, 1, 1, 3]
        text = text_of(admin, "overview")
        assert "to review" in text
        assert "Back at noon" in text

    @pytest.mark.usefixtures("redis_away")
    @pytest.mark.timeout(patience(20))
    def test_the_pages_of_the_site_say_what_is_unknown_while_redis_is_away(self, admin: Client, bob: User) -> None:
        for name in ("overview", "people", "connections"):
            assert "Can’t show connections right now" in text_of(admin, name)
        assert "Presence is unavailable" in text_of(admin, "people")
        assert "unknown right now" in text_of(admin, "person", bob.pk)


class TestRooms:
    def test_rooms_are_listed_with_counts_and_direct_conversations_are_only_counted(
        self, admin: Client, alice: User, bob: User, general: Room, secret: Room
    ) -> None:
        direct(alice, bob)
        posting.post_message(alice, secret.pk, body="Hello", client_id=uuid4())
        context = admin.get(reverse("chat:site-admin:rooms")).context
        shown = [(room.name, room.here, room.member_count, room.message_count) for room in context["rooms"]]
        assert shown == [("general", 0, 2, 0), ("secret", 0, 2, 1)]
        assert context["directs"] == 1

    def test_the_list_of_rooms_is_searched_and_filtered(
        self, admin: Client, alice: User, general: Room, secret: Room
    ) -> None:
        assert "secret" not in text_of(admin, "rooms", q="GENER")
        assert "general" not in text_of(admin, "rooms", kind="private")
        assert "No rooms match." in text_of(admin, "rooms", kind="archived")

    def test_the_list_of_rooms_comes_in_pages(self, admin: Client, alice: User) -> None:
        for number in range(51):
            membership.create_room(alice, f"room {number:02}")
        assert "room 50" not in text_of(admin, "rooms")
        assert "room 50" in text_of(admin, "rooms", page="2")
        assert "room 50" in text_of(admin, "rooms", page="9")

    @pytest.mark.usefixtures("redis_away")
    def test_rooms_are_listed_while_presence_is_unavailable(self, admin: Client, general: Room) -> None:
        assert "Presence is unavailable" in text_of(admin, "rooms")


class TestPeople:
    def test_people_are_found_by_name_username_and_email(self, admin: Client, alice: User, bob: User) -> None:
        for wanted in ("Ali", "ALICE", "alice@example"):
            text = text_of(admin, "people", q=wanted)
            assert 'data-user="alice"' in text
            assert 'data-user="bob"' not in text
        assert "No people match." in text_of(admin, "people", q="carol")

    def test_the_list_of_people_is_filtered(self, admin: Client, by: Actor, alice: User, bob: User) -> None:
        bans.ban(by, bob.pk)
        assert 'data-user="bob"' in text_of(admin, "people", kind="banned")
        assert 'data-user="alice"' not in text_of(admin, "people", kind="banned")
        assert 'data-user="bob"' not in text_of(admin, "people", kind="active")
        assert 'data-user="alice"' not in text_of(admin, "people", kind="administrators")

    def test_the_page_of_a_user_shows_all_but_their_conversation_partners(
        self, admin: Client, alice: User, bob: User, general: Room, secret: Room
    ) -> None:
        direct(alice, bob)
        signed_in(bob)
        text = text_of(admin, "person", bob.pk)
        for shown in ("bob@example.org", "general", "1 private room", "1 direct conversation", "data-session"):
            assert shown in text
        assert "alice" not in text.lower()
        assert "secret" not in text

    def test_a_user_who_does_not_exist_has_no_page(self, admin: Client) -> None:
        assert admin.get(reverse("chat:site-admin:person", args=[999])).status_code == 404
