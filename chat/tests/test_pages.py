from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.models import AuditEntry, Ban, Membership, Room
from chat.permissions.actor import SITE
from chat.services.messages import posting, read_positions
from chat.services.moderation import moderation
from chat.services.rooms import membership
from chat.services.site import bans
from testing.processes import Valkey

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(alice: User) -> Client:
    """Return a test client that is signed in as Alice."""
    return signed_in(alice)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def history(client: Client, room: Room, before: str | int) -> int:
    return client.get(reverse("chat:history", args=[room.pk]), {"before": before}).status_code


class TestAddressOfAThread:
    def test_a_thread_has_an_address_for_members_also_by_a_reply(
        self, page: Client, alice: User, bob: User, mallory: User, general: Room, secret: Room
    ) -> None:
        root = posting.post_message(bob, general.pk, body="Who has the key?", client_id=uuid4())
        reply = posting.post_message(alice, general.pk, body="I do", client_id=uuid4(), thread=root.pk)
        for message in (root, reply):
            state = page.get(reverse("chat:room-thread", args=[general.pk, message.pk])).context["state"]
            assert (state["room"]["id"], state["thread"]) == (general.pk, root.pk)
        assert page.get(general.get_absolute_url()).context["state"]["thread"] is None
        notice = general.messages.get(notice__what="joined")
        for room, message_id in ((secret, root.pk), (general, notice.pk), (general, 999_999)):
            assert page.get(reverse("chat:room-thread", args=[room.pk, message_id])).status_code == 404
        outsider = signed_in(mallory).get(reverse("chat:room-thread", args=[general.pk, root.pk]))
        assert "Who has the key?" not in outsider.content.decode()  # the room is public: she may join it


class TestIndex:
    def test_the_index_lists_the_users_rooms_with_unread_counts_and_the_public_rooms(
        self, page: Client, bob: User, general: Room, secret: Room
    ) -> None:
        posting.post_message(bob, general.pk, body="Hello", client_id=uuid4())
        membership.create_room(bob, "birds")
        context = page.get("/").context
        assert {room["name"]: room["unread"] for room in context["rooms"]} == {"general": 1, "secret": 0}
        public = {room["name"]: (room["members"], room["joined"], room["here"]) for room in context["public_rooms"]}
        assert public == {"general": (2, True, 0), "birds": (1, False, 0)}

    def test_a_typed_name_that_no_room_has_makes_the_room_once_that_is_confirmed(
        self, page: Client, general: Room
    ) -> None:
        asked = page.post(reverse("chat:go"), {"name": "Field Season"})
        assert "Create public room “Field Season”" in asked.content.decode()
        assert not Room.objects.filter(name="Field Season").exists()
        answer = page.post(reverse("chat:go"), {"name": "Field Season", "create": "1"})
        room = Room.objects.get(name="Field Season")
        assert answer["Location"] == room.get_absolute_url()
        assert page.get(answer["Location"]).context["state"]["room"]["role"] == "owner"

    def test_a_typed_name_leads_to_the_first_match_and_makes_no_room(
        self, page: Client, alice: User, bob: User, mallory: User
    ) -> None:
        own = membership.create_room(alice, "birds of the delta")
        other = membership.create_room(bob, "Ärzte")
        membership.create_room(bob, "big birds", kind=Room.Kind.PRIVATE)
        membership.create_room(bob, "bi-weekly")
        exact = membership.create_room(alice, "birds")
        for typed, found in {"bi": exact, "delta": own, "birds": exact, "birds of": own, "arz": other}.items():
            assert page.post(reverse("chat:go"), {"name": typed})["Location"] == found.get_absolute_url(), typed
        assert Room.objects.count() == 5

    def test_public_rooms_that_a_user_is_no_member_of_are_found_by_name(
        self, page: Client, alice: User, bob: User
    ) -> None:
        membership.create_room(alice, "birds")
        membership.create_room(bob, "hidden birds", kind=Room.Kind.PRIVATE)
        names = ["birdsong", "big birds", "songbirds"]
        for name in reversed(names):
            membership.create_room(bob, name)
        found = page.get(reverse("chat:public-rooms"), {"q": "BIRDS"}).json()["rooms"]
        assert [room["name"] for room in found] == names
        assert page.get(reverse("chat:public-rooms")).json() == {"rooms": []}

    def test_a_bad_name_is_told_and_kept_in_the_field(self, page: Client) -> None:
        answer = page.post(reverse("chat:go"), {"name": "x" * 81})
        assert answer.status_code == 422
        assert answer.context["go_error"] == "A room name can have at most 80 characters."
        assert answer.context["go_name"] == "x" * 81

    def test_counts_are_unknown_while_presence_is_unavailable(
        self, page: Client, general: Room, valkey: Valkey
    ) -> None:
        assert [room["here"] for room in page.get("/").context["public_rooms"]] == [0]
        valkey.stop()
        try:
            assert [room["here"] for room in page.get("/").context["public_rooms"]] == [None]
        finally:
            valkey.start()

    def test_the_index_escapes_names_and_topics_of_rooms(self, page: Client, alice: User) -> None:
        membership.create_room(alice, "<script>alert(1)</script>", topic="<img src=x onerror=alert(1)>")
        text = page.get("/").content.decode()
        assert "alert(1)" in text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


class TestRoom:
    def test_a_member_gets_the_latest_page_and_its_version(self, page: Client, alice: User, general: Room) -> None:
        posting.post_message(alice, general.pk, body="</script><b>Hello", client_id=uuid4())
        answer = page.get(general.get_absolute_url())
        state = answer.context["state"]
        *_, latest = state["page"]["messages"]
        assert latest["body"] == "</script><b>Hello"
        assert state["version"] == latest["version"]
        assert "</script><b>" not in answer.content.decode()

    def test_a_member_with_more_unread_than_a_page_gets_the_page_where_it_begins(
        self, bob: User, alice: User, general: Room, settings: Any
    ) -> None:
        settings.CHAT = {**settings.CHAT, "PAGE_LENGTH": 6}
        posted = [posting.post_message(alice, general.pk, body=str(n), client_id=uuid4()) for n in range(20)]

        def first_page() -> tuple[list[str], bool]:
            page = signed_in(bob).get(general.get_absolute_url()).context["state"]["page"]
            return [message["body"] for message in page["messages"]], page.get("later", False)

        read_positions.mark_read(bob, general.pk, posted[9].position)
        assert first_page() == (["7", "8", "9", "10", "11", "12"], True)
        read_positions.mark_read(bob, general.pk, posted[14].position)
        assert first_page() == (["14", "15", "16", "17", "18", "19"], False)
        read_positions.mark_read(bob, general.pk, posted[19].position)
        assert first_page() == (["14", "15", "16", "17", "18", "19"], False)

    def test_an_outsider_of_a_public_room_is_asked_to_join(self, general: Room, mallory: User) -> None:
        client = signed_in(mallory)
        assert "state" not in client.get(general.get_absolute_url()).context
        assert not Membership.objects.of(mallory).exists()
        answer = client.post(reverse("chat:join", args=[general.pk]))
        assert answer["Location"] == general.get_absolute_url()
        assert "state" in client.get(general.get_absolute_url()).context

    def test_a_private_room_looks_to_an_outsider_as_if_it_did_not_exist(
        self, secret: Room, bob: User, mallory: User
    ) -> None:
        inside, outside = signed_in(bob), signed_in(mallory)
        assert inside.get(secret.get_absolute_url()).status_code == 200
        for room_id in (secret.pk, 999_999):
            assert outside.get(reverse("chat:room", args=[room_id])).status_code == 404
            assert outside.post(reverse("chat:join", args=[room_id])).status_code == 404
            assert outside.post(reverse("chat:leave", args=[room_id])).status_code == 404

    def test_history_is_for_members(self, general: Room, alice: User, mallory: User) -> None:
        assert history(signed_in(alice), general, 5) == 200
        assert history(signed_in(mallory), general, 5) == 404

    @pytest.mark.parametrize("before", ["", "x", "-1", "1.5", "9" * 30, "٣"])
    def test_history_before_nothing_sensible_is_refused(self, page: Client, general: Room, before: str) -> None:
        assert history(page, general, 1) == 200
        assert history(page, general, before) == 400

    def test_leaving_leads_to_the_index(self, page: Client, alice: User, general: Room) -> None:
        assert page.post(reverse("chat:leave", args=[general.pk]))["Location"] == "/"
        assert not general.memberships.of(alice).exists()


# Form data that the page sends for a list that is only displayed.
NO_MEMBERS_CHANGED = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}


class TestAdmin:
    @pytest.fixture
    def admin(self, admin_user: User) -> Client:
        return signed_in(admin_user)

    def test_the_admin_lists_rooms_with_counts(self, admin: Client, general: Room) -> None:
        text = admin.get(reverse("admin:chat_room_changelist")).content.decode()
        assert '<td class="field-here_now">0</td>' in text
        assert '<td class="field-member_count">2</td>' in text

    def test_the_admin_says_that_presence_is_unavailable(self, admin: Client, general: Room, valkey: Valkey) -> None:
        valkey.stop()
        try:
            text = admin.get(reverse("admin:chat_room_changelist")).content.decode()
        finally:
            valkey.start()
        assert "unknown (presence is unavailable)" in text

    def test_the_admin_changes_a_room_through_the_service(self, admin: Client, general: Room) -> None:
        before = Room.objects.get(pk=general.pk).version
        changed = {"kind": "public", "name": "lobby", "topic": "Be kind", "emoji": "🦑", "is_default": "on"}
        admin.post(reverse("admin:chat_room_change", args=[general.pk]), changed | NO_MEMBERS_CHANGED)
        general.refresh_from_db()
        assert (general.kind, general.name, general.topic, general.emoji) == ("public", "lobby", "Be kind", "🦑")
        assert general.is_default
        assert general.settings_version == before + 1
        answer = admin.post(reverse("admin:chat_room_change", args=[general.pk]), changed | {"kind": "private"})
        assert "Only public rooms can add new people automatically." in answer.text
        made = {"kind": "private", "name": "inner"}
        admin.post(reverse("admin:chat_room_add"), made)
        assert Room.objects.get(name="inner").kind == "private"

    def test_the_admin_archives_and_restores_a_room(self, admin: Client, general: Room) -> None:
        page = reverse("admin:chat_room_change", args=[general.pk])
        for action, is_archived in (("archive", True), ("restore", False)):
            admin.post(reverse("admin:chat_room_changelist"), {"action": action, "_selected_action": [general.pk]})
            general.refresh_from_db()
            assert (general.archived_at is not None) == is_archived
            text = admin.get(page).content.decode()
            assert ('name="_save"' in text) != is_archived
            assert "bob" in text

    def test_the_admin_deletes_a_room_through_the_service_and_asks_first(
        self, admin: Client, bob: User, general: Room
    ) -> None:
        chosen = {"action": "delete_selected", "_selected_action": [general.pk]}
        assert "general" in admin.post(reverse("admin:chat_room_changelist"), chosen).content.decode()
        assert Membership.objects.of(bob).exists()
        admin.post(reverse("admin:chat_room_changelist"), chosen | {"post": "yes"})
        assert not Room.objects.existing().exists()
        assert not Membership.objects.of(bob).exists()
        assert AuditEntry.objects.get(act="room.deleted").actor_name == "admin"

    def test_the_admin_lifts_bans_through_the_services(
        self, admin: Client, bob: User, mallory: User, general: Room
    ) -> None:
        moderation.ban(SITE, general.pk, bob.pk)
        bans.ban(SITE, mallory.pk)
        chosen = list(Ban.objects.values_list("pk", flat=True))
        admin.post(reverse("admin:chat_ban_changelist"), {"action": "lift", "_selected_action": chosen})
        assert not Ban.objects.exists()
        assert User.objects.get(pk=mallory.pk).is_active
        acts = {"member.unbanned", "person.unbanned"}
        assert set(AuditEntry.objects.filter(act__in=acts).values_list("act", "actor_name")) == {
            (act, "admin") for act in acts
        }

    def test_the_admin_makes_a_room_through_the_service(self, admin: Client, admin_user: User) -> None:
        admin.post(reverse("admin:chat_room_add"), {"kind": "private", "name": "Board", "topic": ""})
        assert Room.objects.of(admin_user).get().name == "Board"

    def test_a_name_that_is_taken_is_told(self, admin: Client, general: Room) -> None:
        answer = admin.post(reverse("admin:chat_room_add"), {"kind": "public", "name": "GENERAL", "topic": ""})
        assert answer.status_code == 200
        assert "A public room with this name or a similar one already exists." in answer.content.decode()


def test_every_page_requires_a_signed_in_user(client: Client, general: Room) -> None:
    for name in ("room", "history", "join", "leave"):
        url = reverse(f"chat:{name}", args=[general.pk])
        answer = client.get(url) if name in ("room", "history") else client.post(url)
        assert answer["Location"].startswith(reverse("account_login"))
    assert client.get("/")["Location"].startswith(reverse("account_login"))
