"""Posting permissions in muted, locked, read-only, slow and archived rooms."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from chat.errors import Forbidden, Limited, Refused
from chat.models import Membership, Message, Room
from chat.permissions.actor import Actor
from chat.services.messages import editing, pins, posting, reactions
from chat.services.messages.posting import Post, post_messages
from chat.services.moderation import moderation, mutes
from testing.outages import IS_SQLITE

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def say(author: User, room: Room, body: str = "Hello", client_id: UUID | None = None, **details: Any) -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=client_id or uuid4(), **details)


def refused(act: Callable[[], object]) -> str:
    """Return the text of the refusal, or an empty string."""
    try:
        act()
    except Refused as refused:
        return f"{refused.code}: {refused.detail}"
    return ""


@pytest.fixture
def message(bob: User, general: Room) -> Message:
    return say(bob, general)


Acts = dict[str, Callable[[], object]]


@pytest.fixture
def acts(bob: User, general: Room, message: Message) -> Acts:
    """Return every act that writes to the room as a member."""
    return {
        "post": lambda: say(bob, general),
        "reply": lambda: say(bob, general, thread=message.pk),
        "edit": lambda: editing.edit_message(bob, general.pk, message.pk, str(uuid4())),
        "react": lambda: reactions.add_reaction(bob, general.pk, message.pk, "👍"),
        "pin": lambda: pins.pin(bob, general.pk, message.pk),
    }


def test_members_write_in_an_ordinary_room(acts: Acts) -> None:
    assert {name: refused(act) for name, act in acts.items()} == dict.fromkeys(acts, "")


def test_a_muted_member_cannot_write_and_is_told_until_when_in_their_own_time(
    acts: Acts, alice: User, bob: User, general: Room, message: Message
) -> None:
    bob.time_zone = "Asia/Tokyo"
    bob.save()
    until = timezone.now().replace(hour=12, minute=0) + timedelta(days=2)
    mutes.mute(Actor(alice), general.pk, bob.pk, until=until, reason="Be kind")
    words = {refused(act) for act in acts.values()}
    assert len(words) == 1
    (said,) = words
    assert said.startswith("forbidden: You are muted in this room until")
    assert "9 p.m. (JST): Be kind" in said
    assert editing.delete_own_message(bob, general.pk, message.pk).is_deleted
    Membership.objects.update(muted_until=timezone.now())
    assert say(bob, general)


def test_in_a_locked_room_only_moderators_write(
    acts: Acts, alice: User, bob: User, general: Room, message: Message
) -> None:
    moderation.lock(Actor(alice), general.pk)
    assert {refused(act) for act in acts.values()} == {"forbidden: This room is locked. Only moderators can post."}
    assert say(alice, general)
    assert editing.delete_own_message(bob, general.pk, message.pk).is_deleted


def test_in_a_read_only_room_only_moderators_post_and_everyone_reacts(acts: Acts, alice: User, general: Room) -> None:
    Room.objects.update(is_read_only=True)
    words = "forbidden: This room is for announcements. Only moderators can post."
    found = {name: refused(act) for name, act in acts.items()}
    assert found == {"post": words, "reply": words, "edit": "", "react": "", "pin": ""}
    assert say(alice, general)


def test_in_an_archived_room_nobody_writes_and_nothing_is_deleted(
    acts: Acts, alice: User, bob: User, general: Room, message: Message
) -> None:
    Room.objects.update(archived_at=timezone.now())
    acts["delete"] = lambda: editing.delete_own_message(bob, general.pk, message.pk)
    acts["delete, as a moderator"] = lambda: moderation.delete_message(Actor(alice), general.pk, message.pk)
    acts["post, as the owner"] = lambda: say(alice, general)
    assert {refused(act)[:9] for act in acts.values()} == {"forbidden"}


class TestSlowMode:
    @pytest.fixture
    def slow(self, alice: User, general: Room) -> Room:
        moderation.set_slow(Actor(alice), general.pk, 30)
        return general

    def test_a_member_waits_between_two_posts(self, bob: User, slow: Room) -> None:
        assert say(bob, slow)
        with pytest.raises(Limited, match=r"Slow mode is on\. You can post again in \d+ seconds\.") as limited:
            say(bob, slow)
        assert 29 < limited.value.retry_after <= 30
        Membership.objects.filter(user=bob).update(posted_at=timezone.now() - timedelta(seconds=30))
        assert say(bob, slow)

    def test_slow_mode_counts_replies_and_not_reactions(self, bob: User, slow: Room) -> None:
        first = say(bob, slow)
        assert refused(lambda: say(bob, slow, thread=first.pk)).startswith("limited")
        assert reactions.add_reaction(bob, slow.pk, first.pk, "👍")

    def test_moderators_do_not_wait_in_slow_mode(self, alice: User, slow: Room) -> None:
        assert say(alice, slow)
        assert say(alice, slow)

    def test_a_batch_has_one_post_of_each_member_in_slow_mode(self, alice: User, bob: User, slow: Room) -> None:
        posts = [Post(author, slow.pk, "Hello", uuid4()) for author in (bob, alice, bob, alice)]
        outcomes = [isinstance(outcome, Message) for outcome in post_messages(posts)]
        assert outcomes == [True, True, False, True]

    def test_a_post_that_is_retried_returns_the_stored_message_despite_later_restrictions(
        self, alice: User, bob: User, slow: Room
    ) -> None:
        stored = say(bob, slow)
        assert say(bob, slow, client_id=stored.client_id) == stored
        mutes.mute(Actor(alice), slow.pk, bob.pk, until=timezone.now() + HOUR)
        moderation.lock(Actor(alice), slow.pk)
        Room.objects.update(archived_at=timezone.now())
        assert say(bob, slow, client_id=stored.client_id) == stored
        with pytest.raises(Forbidden):
            say(bob, slow)

    def test_imported_messages_do_not_count_in_slow_mode(self, bob: User, slow: Room) -> None:
        for _ in range(2):
            assert say(bob, slow, created_at=timezone.now() - HOUR)
        assert say(bob, slow)

    def test_a_clock_that_goes_wrong_makes_nobody_wait_longer(self, bob: User, slow: Room) -> None:
        assert say(bob, slow)
        Membership.objects.filter(user=bob).update(posted_at=timezone.now() + HOUR)
        assert say(bob, slow)

    def test_slow_mode_costs_a_query_only_where_it_is_on(
        self, alice: User, bob: User, slow: Room, django_assert_num_queries: Any
    ) -> None:
        ordinary = 7 if IS_SQLITE else 8  # on PostgreSQL one more statement sets the lock time-out
        with django_assert_num_queries(ordinary + 1):
            say(bob, slow)
        moderation.set_slow(Actor(alice), slow.pk, 0)
        with django_assert_num_queries(ordinary):
            say(bob, slow)
        assert Membership.objects.get(room=slow, user=bob).posted_at is not None
