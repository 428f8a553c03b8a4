"""The pages from which administrators run the site, and the services behind them."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts import sessions
from accounts.models import User
from chat.errors import Forbidden, Invalid, NotFound
from chat.models import Announcement, AuditEntry, Ban, Membership, Report, Room
from chat.services import connections, messages, rooms, site_bans
from chat.services.actor import SITE, Actor
from chat.tests.helpers.state import written
from project.testing.processes import Valkey

pytestmark = pytest.mark.django_db

PAGES = ("overview", "rooms", "people", "connections")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(client: Client, name: str, *arguments: object, **query: str) -> str:
    answer = client.get(reverse(f"chat:site-admin:{name}", args=arguments), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def admin(admin_user: User) -> Client:
    return signed_in(admin_user)


@pytest.fixture
def by(admin_user: User) -> Actor:
    return Actor(admin_user, "203.0.113.9")


@pytest.fixture
def redis_away(valkey: Valkey) -> Iterator[None]:
    valkey.stop()
    yield
    valkey.start()


def direct(*people: User) -> Room:
    first, *others = people
    room = rooms.create_room(first, "between us", kind=Room.Kind.PRIVATE)
    for other in others:
        rooms.add_member(room.pk, other)
    Room.objects.filter(pk=room.pk).update(kind=Room.Kind.DIRECT, name="")
    return room


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
        posted = messages.post_message(alice, general.pk, body="Hello", client_id=uuid4())
        text = text_of(admin, "overview")
        assert "to be settled" not in text
        Report.objects.create(room=general, message=posted, reporter=bob, body="Hello")
        Announcement.objects.create(text="Back at noon")
        context = admin.get(reverse("chat:site-admin:overview")).context
        figures = ("online", "rooms", "directs", "messages_today", "open_reports", "people")
        assert [context[name] for name in figures] == [0, 1, 1, 1, 1, 3]
        text = text_of(admin, "overview")
        assert "to be settled" in text
        assert "Back at noon" in text

    @pytest.mark.usefixtures("redis_away")
    @pytest.mark.timeout(20)
    def test_the_pages_of_the_site_say_what_is_unknown_while_redis_is_away(self, admin: Client, bob: User) -> None:
        for name in ("overview", "people", "connections"):
            assert "is not known just now" in text_of(admin, name)
        assert "Presence is unavailable" in text_of(admin, "people")
        assert "not known just now" in text_of(admin, "person", bob.pk)


class TestRooms:
    def test_rooms_are_listed_with_counts_and_direct_conversations_are_only_counted(
        self, admin: Client, alice: User, bob: User, general: Room, secret: Room
    ) -> None:
        direct(alice, bob)
        messages.post_message(alice, secret.pk, body="Hello", client_id=uuid4())
        context = admin.get(reverse("chat:site-admin:rooms")).context
        shown = [(room.name, room.here, room.member_count, room.message_count) for room in context["rooms"]]
        assert shown == [("general", 0, 2, 0), ("secret", 0, 2, 1)]
        assert context["directs"] == 1

    def test_the_list_of_rooms_is_searched_and_filtered(
        self, admin: Client, alice: User, general: Room, secret: Room
    ) -> None:
        assert "secret" not in text_of(admin, "rooms", q="GENER")
        assert "general" not in text_of(admin, "rooms", kind="private")
        assert "There is no such room." in text_of(admin, "rooms", kind="archived")

    def test_the_list_of_rooms_comes_in_pages(self, admin: Client, alice: User) -> None:
        for number in range(51):
            rooms.create_room(alice, f"room {number:02}")
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
        assert "There is nobody of that name." in text_of(admin, "people", q="carol")

    def test_the_list_of_people_is_filtered(self, admin: Client, by: Actor, alice: User, bob: User) -> None:
        site_bans.ban(by, bob.pk)
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
        for shown in ("bob@example.org", "general", "secret", "one direct conversation", "data-session"):
            assert shown in text
        assert "alice" not in text.lower()

    def test_a_user_who_does_not_exist_has_no_page(self, admin: Client) -> None:
        assert admin.get(reverse("chat:site-admin:person", args=[999])).status_code == 404


class TestBan:
    def test_a_site_ban_deactivates_the_account_is_logged_and_can_be_lifted(
        self, by: Actor, admin: Client, alice: User, bob: User, general: Room
    ) -> None:
        his = signed_in(bob)
        answer = admin.post(reverse("chat:site-admin:ban", args=[bob.pk]), {"reason": "spam"})
        assert answer["Location"] == reverse("chat:site-admin:person", args=[bob.pk])
        assert not User.objects.get(pk=bob.pk).is_active
        assert Membership.objects.of(bob).exists()
        assert his.get("/").status_code == 302
        assert "spam" in text_of(admin, "person", bob.pk)
        admin.post(reverse("chat:site-admin:unban", args=[bob.pk]))
        assert User.objects.get(pk=bob.pk).is_active
        assert his.get("/").status_code == 302  # a session does not come back
        entries = written().values_list("act", "actor_name", "person_name", "reason", "address")
        assert list(entries) == [
            ("person.banned", "admin", "bob", "spam", "127.0.0.1"),
            ("person.unbanned", "admin", "bob", "", "127.0.0.1"),
        ]

    def test_a_banned_user_is_told_why_only_with_the_right_password(self, by: Actor, bob: User) -> None:
        site_bans.ban(by, bob.pk, reason="Advertising, again and again")
        client = Client()
        assert "Advertising" not in client.get(reverse("account_inactive")).content.decode()
        wrong = client.post(reverse("account_login"), {"login": "bob", "password": "a guess"}, follow=True)
        assert "Advertising" not in wrong.content.decode()
        right = client.post(reverse("account_login"), {"login": "bob", "password": "bob's password"}, follow=True)
        assert "Advertising, again and again" in right.content.decode()
        assert "_auth_user_id" not in client.session

    def test_a_second_site_ban_has_the_new_reason(self, by: Actor, bob: User) -> None:
        site_bans.ban(by, bob.pk, reason="one")
        site_bans.ban(by, bob.pk, reason="two")
        assert Ban.objects.get().reason == "two"

    def test_administrators_oneself_and_missing_users_cannot_be_banned(
        self, by: Actor, bob: User, mallory: User
    ) -> None:
        assert by.user
        User.objects.filter(pk=bob.pk).update(is_staff=True)
        for person in (bob.pk, by.user.pk):
            with pytest.raises(Forbidden):
                site_bans.ban(by, person)
        with pytest.raises(NotFound):
            site_bans.ban(by, 999)
        with pytest.raises(NotFound):
            site_bans.ban(Actor(bob), 999)
        with pytest.raises(NotFound):
            site_bans.ban(Actor(mallory), bob.pk)
        assert not Ban.objects.exists()
        assert not written().exists()

    def test_lifting_a_ban_that_does_not_exist_is_refused(self, by: Actor, bob: User) -> None:
        with pytest.raises(Invalid):
            site_bans.unban(by, bob.pk)

    def test_a_ban_by_the_site_itself_has_no_actor(self, bob: User) -> None:
        site_bans.ban(SITE, bob.pk)
        assert written().get().actor_name == ""


class TestSessions:
    def test_ending_one_session_of_a_user_is_logged(self, admin: Client, bob: User) -> None:
        one, other = signed_in(bob), signed_in(bob)
        ended = next(each for each in sessions.of(bob) if each.session_key == one.session.session_key)
        admin.post(reverse("chat:site-admin:end-session", args=[bob.pk, ended.pk]))
        assert (one.get("/").status_code, other.get("/").status_code) == (302, 200)
        assert written().get().act == "connection.ended"

    def test_a_session_of_another_user_is_not_found(self, by: Actor, alice: User, bob: User) -> None:
        signed_in(alice)
        [hers] = sessions.of(alice)
        with pytest.raises(NotFound):
            connections.end_session(by, bob.pk, hers.pk)
        connections.end_session(by, alice.pk, hers.pk)
        assert sessions.of(alice) == []

    def test_all_sessions_of_a_user_end_together(self, admin: Client, alice: User, bob: User) -> None:
        signed_in(bob), signed_in(bob), signed_in(alice)
        admin.post(reverse("chat:site-admin:end-sessions", args=[bob.pk]))
        assert (sessions.of(bob), len(sessions.of(alice))) == ([], 1)

    def test_administrators_end_their_own_sessions_and_not_those_of_other_administrators(
        self, by: Actor, bob: User
    ) -> None:
        assert by.user
        User.objects.filter(pk=bob.pk).update(is_staff=True)
        connections.end_sessions(by, by.user.pk)
        with pytest.raises(Forbidden):
            connections.end_sessions(by, bob.pk)
        with pytest.raises(Forbidden):
            connections.disconnect(by, "a" * 32, bob.pk)


class TestDjangosAdmin:
    def change(self, client: Client, user: User, **fields: str) -> None:
        form = {"username": user.username, "email": user.email, "display_name": user.name, "is_active": "on"}
        assert client.post(reverse("admin:accounts_user_change", args=[user.pk]), form | fields).status_code == 302

    def latest(self) -> AuditEntry:
        return AuditEntry.objects.latest("pk")

    def test_a_change_of_an_account_in_the_admin_is_logged(self, admin: Client, bob: User) -> None:
        self.change(admin, bob, is_staff="on")
        entry = self.latest()
        assert (entry.act, entry.actor_name, entry.person_name, entry.address) == (
            "person.changed",
            "admin",
            "bob",
            "127.0.0.1",
        )
        assert entry.details == {"how": "changed", "fields": ["Staff status"]}

    def test_a_change_of_a_password_in_the_admin_is_logged_without_the_password(self, admin: Client, bob: User) -> None:
        passwords = {"usable_password": "true", "password1": "plovers at noon", "password2": "plovers at noon"}
        admin.post(reverse("admin:auth_user_password_change", args=[bob.pk]), passwords)
        assert User.objects.get(pk=bob.pk).check_password("plovers at noon")
        assert self.latest().details == {"how": "changed", "fields": ["password"]}

    def test_a_deletion_of_an_account_in_the_admin_is_logged(self, admin: Client, bob: User) -> None:
        admin.post(reverse("admin:accounts_user_delete", args=[bob.pk]), {"post": "yes"})
        assert User.objects.get(pk=bob.pk).deleted_at
        deleted, changed = AuditEntry.objects.order_by("-pk")[:2]
        assert (deleted.act, deleted.actor_name, deleted.person_name) == ("person.deleted", "admin", "bob")
        assert (changed.person_name, changed.details["how"]) == ("bob", "deleted")

    def test_making_a_banned_account_active_in_the_admin_lifts_the_ban(
        self, admin: Client, by: Actor, bob: User
    ) -> None:
        site_bans.ban(by, bob.pk)
        self.change(admin, bob)
        assert not Ban.objects.exists()
        assert self.latest().act == "person.unbanned"

    def test_the_admin_bans_and_lifts_bans_through_the_services(
        self, admin: Client, admin_user: User, bob: User
    ) -> None:
        page = reverse("admin:accounts_user_changelist")
        chosen = {"_selected_action": [bob.pk, admin_user.pk], "reason": "spam"}
        text = admin.post(page, chosen | {"action": "ban"}, follow=True).content.decode()
        assert "You cannot do that to yourself." in text
        assert (Ban.objects.get().user, Ban.objects.get().reason) == (bob, "spam")
        admin.post(page, chosen | {"action": "unban"})
        assert User.objects.get(pk=bob.pk).is_active
