"""Blocking a user: acts against the blocker that end, and everything that stays possible."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.profile import deletion
from chat.errors import Forbidden, Invalid, NotFound
from chat.models import Block, Membership, Message, Room
from chat.permissions.actor import Actor
from chat.queries import room_list
from chat.services.messages import editing, pins, posting, reactions
from chat.services.moderation import moderation
from chat.services.people import blocks
from chat.services.people.data_export import blocks_of
from chat.services.rooms import directs, membership

pytestmark = pytest.mark.django_db

REFUSED = r"^This person doesn’t accept messages from you\.$"


@pytest.fixture
def talk(alice: User, bob: User) -> Room:
    """Create the direct conversation of Alice and Bob."""
    return directs.open_direct(alice, [bob.pk])


def say(author: User, room: Room, body: str = "Hello", **details: Any) -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details)


def counts(user: User, room: Room) -> tuple[int, int, int]:
    mine = Membership.objects.with_unread().get(user=user, room=room)
    return mine.unread, mine.mentions, mine.threads


class TestDirectConversations:
    def test_a_blocked_person_cannot_begin_a_direct_conversation_with_the_blocker(
        self, alice: User, bob: User, mallory: User
    ) -> None:
        blocks.block(alice, mallory.pk)
        with pytest.raises(Forbidden, match=REFUSED):
            directs.open_direct(mallory, [alice.pk])
        with pytest.raises(Forbidden, match=r"^One of these people doesn’t accept messages from you\.$"):
            directs.open_direct(mallory, [alice.pk, bob.pk])
        assert not Room.objects.exists()
        assert directs.open_direct(mallory, [bob.pk])
        blocks.unblock(alice, mallory.pk)
        assert directs.open_direct(mallory, [alice.pk])

    def test_nobody_writes_in_the_direct_conversation_of_a_blocker_and_the_person_they_blocked(
        self, alice: User, bob: User, talk: Room
    ) -> None:
        said = say(bob, talk)
        blocks.block(alice, bob.pk)
        writes: list[Callable[[], object]] = [
            lambda: say(bob, talk),
            lambda: editing.edit_message(bob, talk.pk, said.pk, "Something else"),
            lambda: reactions.add_reaction(bob, talk.pk, said.pk, "👍"),
            lambda: pins.pin(bob, talk.pk, said.pk),
        ]
        for write in writes:
            with pytest.raises(Forbidden, match=REFUSED):
                write()
        with pytest.raises(Forbidden, match=r"^You blocked this person\. Unblock them to send a message\.$"):
            say(alice, talk)
        assert talk.messages.get().body == "Hello"
        assert directs.open_direct(bob, [alice.pk]) == directs.open_direct(alice, [bob.pk]) == talk
        editing.delete_own_message(bob, talk.pk, said.pk)
        blocks.unblock(alice, bob.pk)
        assert say(bob, talk)
        assert say(alice, talk)

    def test_a_conversation_of_three_goes_on(self, alice: User, bob: User, mallory: User) -> None:
        three = directs.open_direct(alice, [bob.pk, mallory.pk])
        blocks.block(alice, mallory.pk)
        assert say(mallory, three)
        assert say(alice, three)
        assert directs.open_direct(bob, [alice.pk, mallory.pk]) == three

    def test_in_one_batch_only_the_posts_of_the_blocked_person_are_refused(
        self, alice: User, bob: User, mallory: User, talk: Room
    ) -> None:
        other = directs.open_direct(alice, [mallory.pk])
        blocks.block(alice, mallory.pk)
        posts = [posting.Post(user, room.pk, "Hello", uuid4()) for user, room in ((bob, talk), (mallory, other))]
        stored, refused = posting.post_messages(posts)
        assert isinstance(stored, Message)
        assert isinstance(refused, Forbidden)


class TestWhatCounts:
    def test_nothing_that_a_blocked_person_says_counts_for_the_blocker(
        self, alice: User, bob: User, general: Room
    ) -> None:
        root = say(alice, general)
        say(bob, general, "@alice")
        say(bob, general, "A reply", thread=root.pk)
        assert counts(alice, general) == (1, 1, 1)
        blocks.block(alice, bob.pk)
        assert counts(alice, general) == (0, 0, 0)
        say(bob, general, "@alice @room")
        say(bob, general, "Another one", thread=root.pk)
        assert counts(alice, general) == (0, 0, 0)
        assert room_list.waiting_in(room_list.listed_rooms(Membership.objects.of(alice).listed())[0])["unread"] == 0
        blocks.unblock(alice, bob.pk)
        assert counts(alice, general) == (2, 2, 2)

    def test_a_mention_of_everyone_by_a_blocked_person_does_not_count(
        self, alice: User, bob: User, general: Room
    ) -> None:
        say(alice, general, "@room")
        assert counts(bob, general) == (1, 1, 0)
        blocks.block(bob, alice.pk)
        say(alice, general, "@room")
        assert counts(bob, general) == (0, 0, 0)

    def test_a_block_changes_nothing_for_others(self, alice: User, bob: User, mallory: User, general: Room) -> None:
        membership.join(mallory, general.pk)
        membership.add_member(general.pk, bob)
        blocks.block(alice, bob.pk)
        said = say(bob, general, "@alice @mallory")
        assert sorted(said.told) == sorted([alice.pk, mallory.pk])
        assert counts(mallory, general) == (1, 1, 0)
        say(alice, general, "@bob")
        assert counts(bob, general)[:2] == (1, 1)

    def test_a_mention_by_a_blocked_person_does_not_make_the_blocker_take_part_in_a_thread(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        membership.join(mallory, general.pk)
        root = say(mallory, general)
        blocks.block(alice, bob.pk)
        reply = say(bob, general, "@alice", thread=root.pk)
        assert alice.pk in reply.told
        say(mallory, general, "What is it?", thread=root.pk)
        assert counts(alice, general)[2] == 0
        assert not root.participants.filter(user=alice).exists()
        say(mallory, general, "@alice", thread=root.pk)
        assert counts(alice, general)[2] == 1

    def test_the_list_of_threads_does_not_count_replies_of_a_blocked_person(
        self, alice: User, bob: User, general: Room
    ) -> None:
        root = say(alice, general)
        say(bob, general, "A reply", thread=root.pk)
        page = Client()
        page.force_login(alice)
        path = f"/rooms/{general.pk}/threads/"
        assert page.get(path).json()["threads"][0]["unread"] == 1
        blocks.block(alice, bob.pk)
        assert page.get(path).json()["threads"][0]["unread"] == 0


class TestTheBlock:
    def test_blocking_twice_is_one_block_and_unblocking_twice_lifts_it_once(self, alice: User, bob: User) -> None:
        blocks.block(alice, bob.pk)
        blocks.block(alice, bob.pk)
        assert Block.objects.get().blocked == bob
        blocks.unblock(alice, bob.pk)
        blocks.unblock(alice, bob.pk)
        assert not Block.objects.exists()

    def test_only_another_person_who_exists_can_be_blocked(self, alice: User, bob: User) -> None:
        blocks.block(alice, bob.pk)
        with pytest.raises(Invalid, match="yourself"):
            blocks.block(alice, alice.pk)
        with pytest.raises(NotFound, match="User not found"):
            blocks.block(alice, 999_999)

    def test_a_person_blocks_no_more_people_than_the_limit(
        self, alice: User, bob: User, mallory: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(blocks, "MOST_BLOCKED", 1)
        blocks.block(alice, bob.pk)
        blocks.block(alice, bob.pk)
        with pytest.raises(Invalid, match="at most 1"):
            blocks.block(alice, mallory.pk)

    def test_moderators_and_administrators_moderate_the_people_who_block_them(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        User.objects.filter(pk=mallory.pk).update(is_staff=True)
        blocks.block(bob, alice.pk)
        blocks.block(bob, mallory.pk)
        said, other = say(bob, general), say(bob, general)
        moderation.delete_message(Actor(alice), general.pk, said.pk)
        moderation.delete_message(Actor(User.objects.get(pk=mallory.pk)), general.pk, other.pk)
        moderation.remove_member(Actor(alice), general.pk, bob.pk)
        assert not general.memberships.of(bob).exists()


class TestAccounts:
    def test_the_export_lists_the_people_that_the_user_blocks(self, alice: User, bob: User, mallory: User) -> None:
        blocks.block(alice, mallory.pk)
        blocks.block(bob, alice.pk)
        (row,) = blocks_of(alice)
        assert (row["user"], row["username"]) == (mallory.pk, "mallory")
        assert list(blocks_of(mallory)) == []

    def test_with_an_account_its_blocks_are_deleted_and_blocks_of_it_stay(self, alice: User, bob: User) -> None:
        blocks.block(alice, bob.pk)
        blocks.block(bob, alice.pk)
        deletion.delete(bob, "192.0.2.1")
        assert [(block.blocker, block.blocked_id) for block in Block.objects.all()] == [(alice, bob.pk)]


class TestThePage:
    def test_the_page_lists_the_people_that_the_user_blocks_and_unblocks_them(
        self, alice: User, bob: User, mallory: User
    ) -> None:
        blocks.block(alice, mallory.pk)
        blocks.block(bob, alice.pk)
        page = Client()
        page.force_login(alice)
        html = page.get("/people/blocked/").content.decode()
        assert 'data-user="mallory"' in html
        assert 'data-user="bob"' not in html
        answer = page.post(f"/people/{mallory.pk}/unblock/", follow=True)
        assert "You haven’t blocked anyone." in answer.content.decode()
        page.post(f"/people/{alice.pk}/unblock/")
        assert Block.objects.get().blocker == bob
