"""Direct conversations, and a user's settings for the list of rooms."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from chat.errors import Forbidden, Invalid, NotFound
from chat.models import Membership, Message, Room
from chat.permissions.actor import Actor
from chat.queries import room_list
from chat.services.messages import posting, read_positions
from chat.services.rooms import directs, list_preferences, membership
from chat.services.rooms import settings as room_settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(alice: User, bob: User) -> Room:
    """Create the conversation of Alice and Bob, started by Alice."""
    return directs.open_direct(alice, [bob.pk])


def say(author: User, room: Room, body: str = "Hello") -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4())


def own(user: User, room: Room) -> Membership:
    return Membership.objects.with_unread().select_related("room").get(user=user, room=room)


def listed(user: User) -> list[dict[str, Any]]:
    return room_list.listed_rooms(Membership.objects.of(user).listed())


def in_sight(user: User) -> list[str]:
    return [room["name"] for room in room_list.in_sight(listed(user))]


class TestADirectConversation:
    def test_the_same_people_share_one_direct_conversation_no_matter_who_opens_it(
        self, talk: Room, alice: User, bob: User, mallory: User
    ) -> None:
        assert directs.open_direct(bob, [alice.pk]) == directs.open_direct(bob, [alice.pk, bob.pk]) == talk
        three = directs.open_direct(mallory, [alice.pk, bob.pk])
        assert three == directs.open_direct(alice, [bob.pk, mallory.pk, bob.pk]) != talk

    def test_a_new_direct_conversation_has_only_members_and_no_notices(
        self, talk: Room, alice: User, bob: User
    ) -> None:
        assert {member.user: member.role for member in talk.memberships.current()} == {alice: "member", bob: "member"}
        assert not talk.messages.exists()
        assert own(alice, talk).unread == own(bob, talk).unread == 0

    def test_a_direct_conversation_is_named_after_its_other_members(
        self, talk: Room, alice: User, bob: User, mallory: User
    ) -> None:
        directs.open_direct(alice, [mallory.pk, bob.pk])
        directs.open_direct(alice, [])
        assert in_sight(alice) == ["Bob", "Bob, Mallory", "Notes to self"]

    def test_a_direct_conversation_has_at_most_nine_other_members(self, alice: User) -> None:
        others = [User.objects.create_user(f"person-{number}").pk for number in range(10)]
        assert directs.open_direct(alice, others[:9]).memberships.count() == 10
        with pytest.raises(Invalid, match="at most 9"):
            directs.open_direct(alice, others)

    def test_a_direct_conversation_with_a_missing_or_deactivated_user_is_refused(
        self, alice: User, bob: User, mallory: User
    ) -> None:
        bob.is_active = False
        bob.save()
        assert directs.open_direct(alice, [mallory.pk])
        for others in ([999_999], [bob.pk], [bob.pk, mallory.pk]):
            with pytest.raises(NotFound, match="User not found"):
                directs.open_direct(alice, others)

    def test_a_direct_conversation_is_closed_to_others_and_has_no_settings(
        self, talk: Room, alice: User, mallory: User
    ) -> None:
        assert say(alice, talk)
        mallory.is_staff = True
        mallory.save()
        with pytest.raises(NotFound):
            say(mallory, talk)
        with pytest.raises(NotFound):
            membership.join(mallory, talk.pk)
        with pytest.raises(NotFound):
            room_settings.change_settings(talk.pk, by=Actor(mallory), topic="Mine")
        with pytest.raises(Forbidden):
            room_settings.change_settings(talk.pk, by=Actor(alice), topic="Mine")

    def test_at_here_works_in_a_direct_conversation_and_at_room_does_not(
        self, talk: Room, alice: User, bob: User
    ) -> None:
        online = frozenset({bob.pk})
        said = posting.post_message(alice, talk.pk, body="@here @room", client_id=uuid4(), online=online)
        assert said.told == [bob.pk]
        assert 'data-mention="here"' in said.html
        assert 'data-mention="room"' not in said.html

    def test_a_direct_conversation_has_a_page_for_its_members_only(
        self, talk: Room, alice: User, mallory: User
    ) -> None:
        page = Client()
        page.force_login(alice)
        assert "<title>Bob · " in page.get(talk.get_absolute_url()).content.decode()
        page.force_login(mallory)
        assert page.get(talk.get_absolute_url()).status_code == 404


class TestPuttingAway:
    def test_a_new_direct_conversation_is_put_away_for_the_other_until_the_first_message(
        self, talk: Room, alice: User, bob: User
    ) -> None:
        assert (in_sight(alice), in_sight(bob)) == (["Bob"], [])
        said = say(alice, talk)
        assert in_sight(bob) == ["Alice"]
        read_positions.mark_read(bob, talk.pk, said.position)
        assert in_sight(bob) == ["Alice"]

    def test_a_direct_conversation_that_is_put_away_returns_with_the_next_message(
        self, talk: Room, alice: User, bob: User
    ) -> None:
        say(bob, talk)
        list_preferences.keep_room(alice, talk.pk, put_away=True)
        assert (in_sight(alice), own(alice, talk).unread) == ([], 0)
        say(bob, talk)
        assert (in_sight(alice), own(alice, talk).unread) == (["Bob"], 1)

    def test_a_direct_conversation_that_is_put_away_returns_when_it_is_opened(
        self, talk: Room, alice: User, bob: User
    ) -> None:
        for user, other in ((alice, bob), (bob, alice)):
            list_preferences.keep_room(user, talk.pk, put_away=True)
            assert in_sight(user) == []
            directs.open_direct(user, [other.pk])
            assert in_sight(user) == [other.name]

    def test_only_a_direct_conversation_can_be_put_away(self, alice: User, general: Room) -> None:
        list_preferences.keep_room(alice, general.pk, quiet=True)
        with pytest.raises(Invalid, match="Only a direct"):
            list_preferences.keep_room(alice, general.pk, put_away=True)


class TestKeeping:
    def test_quiet_and_favourite_are_set_separately_and_only_for_that_member(
        self, alice: User, bob: User, general: Room
    ) -> None:
        list_preferences.keep_room(alice, general.pk, quiet=True)
        list_preferences.keep_room(alice, general.pk, favourite=True)
        assert (own(alice, general).is_quiet, own(alice, general).is_favourite) == (True, True)
        assert (own(bob, general).is_quiet, own(bob, general).is_favourite) == (False, False)

    def test_an_outsider_cannot_make_a_room_quiet(self, alice: User, mallory: User, general: Room) -> None:
        list_preferences.keep_room(alice, general.pk, quiet=True)
        for room_id in (general.pk, 999_999):
            with pytest.raises(NotFound, match="Room not found"):
                list_preferences.keep_room(mallory, room_id, quiet=True)

    def test_a_member_puts_their_own_rooms_in_an_order(
        self, alice: User, mallory: User, general: Room, secret: Room
    ) -> None:
        theirs = membership.create_room(mallory, "theirs")
        birds = membership.create_room(alice, "birds")
        list_preferences.order_rooms(alice, [secret.pk, theirs.pk, general.pk, secret.pk, 999_999])
        assert in_sight(alice) == ["secret", "general", "birds"]
        assert own(mallory, theirs).place is None
        list_preferences.order_rooms(alice, [birds.pk])
        assert in_sight(alice) == ["birds", "general", "secret"]


class TestUnread:
    def test_only_mentions_count_as_unread_in_a_quiet_room(self, alice: User, bob: User, general: Room) -> None:
        say(bob, general)
        assert waiting(alice) == {"unread": 1, "mentions": 0}
        list_preferences.keep_room(alice, general.pk, quiet=True)
        assert waiting(alice) == {"unread": 0, "mentions": 0}
        say(bob, general, "@alice?")
        assert waiting(alice) == {"unread": 1, "mentions": 1}
        list_preferences.keep_room(alice, general.pk, quiet=False)
        assert waiting(alice) == {"unread": 2, "mentions": 1}

    def test_a_message_in_a_direct_conversation_counts_as_a_mention(self, alice: User, bob: User, talk: Room) -> None:
        say(bob, talk)
        assert waiting(alice) == {"unread": 1, "mentions": 1}
        list_preferences.keep_room(alice, talk.pk, quiet=True)
        assert waiting(alice) == {"unread": 0, "mentions": 0}


def waiting(user: User) -> dict[str, int]:
    (room,) = listed(user)
    return room_list.waiting_in(room)
