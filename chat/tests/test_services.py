from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import User
from chat import conf
from chat.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from chat.models import Membership, Message, Room
from chat.permissions.actor import Actor
from chat.protocol.events import message_card
from chat.services.messages import posting, read_positions
from chat.services.rooms import membership
from chat.services.rooms import settings as room_settings

pytestmark = pytest.mark.django_db(transaction=True)


def post(author: User, room: Room, body: str = "Hello", client_id: UUID | None = None, kind: str = "text") -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=client_id or uuid4(), kind=kind)


def refuses(error: type[Refused], act: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    with pytest.raises(error):
        act(*args, **kwargs)
    return True


class TestPosting:
    def test_a_message_carries_its_author_and_takes_the_next_version(self, alice: User, general: Room) -> None:
        before = Room.objects.get(pk=general.pk).version
        first, second = post(alice, general), post(alice, general)
        assert first.author == alice
        assert (first.position, second.position) == (before + 1, before + 2)
        assert Room.objects.get(pk=general.pk).version == before + 2

    def test_the_same_client_id_again_is_the_same_message(self, alice: User, general: Room) -> None:
        client_id = uuid4()
        assert post(alice, general, client_id=client_id) == post(alice, general, client_id=client_id)
        assert general.messages.said().count() == 1

    def test_the_same_client_id_with_another_body_is_a_conflict(self, alice: User, general: Room) -> None:
        original = post(alice, general, "Hello")
        assert refuses(Conflict, post, alice, general, "Goodbye", original.client_id)
        assert refuses(Conflict, post, alice, general, "Hello", original.client_id, kind="action")
        assert general.messages.said().get().body == "Hello"

    def test_two_people_may_use_the_same_client_id(self, alice: User, bob: User, general: Room) -> None:
        client_id = uuid4()
        assert post(alice, general, client_id=client_id) != post(bob, general, client_id=client_id)

    def test_a_body_is_kept_byte_for_byte(self, alice: User, general: Room) -> None:
        body = "  two edge spaces, a tab\t, \x08 a control character, e\u0301, \u202eRTL \n and a line break \r\n "
        assert Message.objects.get(pk=post(alice, general, body).pk).body == body

    def test_the_html_is_stored_beside_the_body(self, alice: User, general: Room) -> None:
        stored = Message.objects.get(pk=post(alice, general, "*Hello*\n\n> you").pk)
        assert stored.html == '<p><em>Hello</em></p>\n<blockquote dir="auto">\n<p>you</p>\n</blockquote>'
        action = Message.objects.get(pk=post(alice, general, "> waves *twice*", kind="action").pk)
        assert action.html == "&gt; waves <em>twice</em>"

    def test_a_message_of_an_older_server_has_html_too(self, alice: User, general: Room) -> None:
        message = post(alice, general, "*Hello*")
        Message.objects.update(html="")
        message.refresh_from_db()
        assert message_card(message)["html"] == "<p><em>Hello</em></p>"

    @pytest.mark.parametrize(
        "body", ["", " ", "\n\t ", "\u2003", "a\0b", "\u200b", "\ufe0f\u3164", "\u2800", "\u00ad\u2060", "\U000e0041"]
    )
    def test_a_post_without_valid_text_is_refused(self, alice: User, general: Room, body: str) -> None:
        assert post(alice, general)
        assert refuses(Invalid, post, alice, general, body)
        assert general.messages.said().count() == 1

    def test_a_body_has_a_longest_length(self, alice: User, general: Room) -> None:
        longest = "x" * conf.body_length()
        assert post(alice, general, longest)
        assert refuses(Invalid, post, alice, general, longest + "x")

    def test_only_those_who_run_a_room_post_notices(self, alice: User, bob: User, general: Room) -> None:
        assert post(alice, general, kind="notice")
        assert post(bob, general, kind="text")
        assert refuses(Forbidden, post, bob, general, kind="notice")

    def test_an_outsider_gets_the_same_answer_as_for_no_room(self, bob: User, mallory: User, secret: Room) -> None:
        assert post(bob, secret)
        assert refuses(NotFound, post, mallory, secret)
        assert refuses(NotFound, posting.post_message, mallory, 999_999, body="Hello", client_id=uuid4())

    def test_someone_who_left_posts_nothing_more(self, bob: User, general: Room) -> None:
        assert post(bob, general)
        membership.leave(bob, general.pk)
        assert refuses(NotFound, post, bob, general)

    def test_a_deactivated_account_posts_nothing_more(self, bob: User, general: Room) -> None:
        assert post(bob, general)
        User.objects.filter(pk=bob.pk).update(is_active=False)
        assert refuses(NotFound, post, bob, general)


class TestRooms:
    def test_a_name_that_nobody_has_makes_a_room(self, alice: User) -> None:
        room = membership.go_to(alice, " #field  season ")
        assert (room.name, room.kind) == ("field season", "public")
        assert room.memberships.get(user=alice).role == Membership.Role.OWNER

    def test_a_name_in_any_case_leads_to_the_same_room(self, alice: User, bob: User) -> None:
        assert membership.go_to(alice, "General") == membership.go_to(bob, "gENERAL")

    def test_a_private_room_is_not_reached_by_its_name(self, mallory: User, secret: Room) -> None:
        assert membership.go_to(mallory, "secret") != secret

    @pytest.mark.parametrize(
        "name", ["", "  ", "#", "x" * 81, "a\0b", "a\u200bb", "\u202egeneral", "\u3164", "\u2800", "#\ufe0f"]
    )
    def test_a_bad_name_is_refused(self, alice: User, name: str) -> None:
        assert membership.go_to(alice, "x" * 80)
        assert refuses(Invalid, membership.go_to, alice, name)

    @pytest.mark.parametrize(
        "name", ["Team 👨\u200d👩\u200d👧\u200d👦", "می\u200cخواهم", "ශ්\u200dරී", "❤\ufe0f"], ids=ascii
    )
    def test_a_name_keeps_the_joiners_that_an_emoji_or_a_script_needs(self, alice: User, name: str) -> None:
        assert membership.create_room(alice, name, topic=name).name == name
        assert refuses(Invalid, membership.create_room, alice, "gen\u200deral")
        assert refuses(Invalid, membership.create_room, alice, "other", topic="gen\u200deral")

    def test_a_name_has_a_bounded_number_of_marks_on_a_character(self, alice: User) -> None:
        assert membership.create_room(alice, "Z" + "\u0316" * 3)
        assert refuses(Invalid, membership.create_room, alice, "Y" + "\u0316" * 70)

    def test_a_public_name_is_taken_once(self, alice: User, general: Room) -> None:
        other = membership.create_room(alice, "other")
        assert refuses(Invalid, membership.create_room, alice, "GENERAL")
        assert refuses(Invalid, room_settings.change_settings, other.pk, by=Actor(alice), name="General")

    def test_an_outsider_does_not_join_a_private_room(self, mallory: User, general: Room, secret: Room) -> None:
        assert membership.join(mallory, general.pk)
        assert refuses(NotFound, membership.join, mallory, secret.pk)
        assert refuses(NotFound, membership.join, mallory, 999_999)

    def test_joining_twice_changes_nothing(self, bob: User, general: Room) -> None:
        version = Room.objects.get(pk=general.pk).version
        assert membership.join(bob, general.pk).version == version
        assert general.memberships.of(bob).count() == 1

    def test_each_join_and_leave_takes_a_version_and_so_does_the_notice_of_it(self, bob: User, general: Room) -> None:
        before = Room.objects.get(pk=general.pk).version
        membership.leave(bob, general.pk)
        membership.join(bob, general.pk)
        assert Room.objects.get(pk=general.pk).version == before + 4
        assert general.memberships.get(user=bob).version == before + 3
        notices = general.messages.filter(version__gt=before).order_by("version")
        assert [(notice.version - before, notice.notice) for notice in notices] == [
            (2, {"what": "left"}),
            (4, {"what": "joined"}),
        ]

    def test_only_those_who_run_a_room_change_it(self, alice: User, bob: User, mallory: User, general: Room) -> None:
        assert room_settings.change_settings(general.pk, by=Actor(alice), topic="Be kind").topic == "Be kind"
        assert refuses(Forbidden, room_settings.change_settings, general.pk, by=Actor(bob), topic="Mine")
        assert refuses(NotFound, room_settings.change_settings, general.pk, by=Actor(mallory), topic="Mine")

    def test_a_site_administrator_changes_any_room(self, general: Room, admin_user: User) -> None:
        assert room_settings.change_settings(general.pk, by=Actor(admin_user), name="lobby").name == "lobby"


class TestReading:
    def unread(self, user: User, room: Room) -> int:
        return Membership.objects.of(user).with_unread().get(room=room).unread

    def test_unread_are_messages_by_others_since_the_last_read_one(self, alice: User, bob: User, general: Room) -> None:
        post(alice, general)
        second = post(alice, general)
        post(bob, general)
        post(alice, general, kind="notice")
        assert self.unread(bob, general) == 2
        assert self.unread(alice, general) == 1
        read_positions.mark_read(bob, general.pk, second.position)
        assert self.unread(bob, general) == 0

    def test_messages_from_before_joining_are_not_unread(self, alice: User, mallory: User, general: Room) -> None:
        post(alice, general)
        membership.join(mallory, general.pk)
        assert self.unread(mallory, general) == 0

    def test_the_position_only_moves_forward_and_not_beyond_the_room(
        self, alice: User, bob: User, general: Room
    ) -> None:
        first, second = post(alice, general), post(alice, general)
        assert read_positions.mark_read(bob, general.pk, second.position) == second.position
        assert read_positions.mark_read(bob, general.pk, first.position) == second.position
        assert read_positions.mark_read(bob, general.pk, 10**12) == second.position

    def test_an_outsider_reads_nothing(self, bob: User, mallory: User, secret: Room) -> None:
        assert read_positions.mark_read(bob, secret.pk, 1)
        assert refuses(NotFound, read_positions.mark_read, mallory, secret.pk, 1)

    def test_counting_stops_at_a_thousand(
        self, alice: User, bob: User, general: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chat.models.membership.MOST_UNREAD", 3)
        for _ in range(5):
            post(alice, general)
        assert self.unread(bob, general) == 3
