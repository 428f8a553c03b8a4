"""Quotas on the total load that one user can cause for others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from chat.errors import Limited, TooMany
from chat.models import Room
from chat.permissions.actor import Actor
from chat.services.messages import posting
from chat.services.moderation import roles
from chat.services.removal import delete_room
from chat.services.rooms import directs, invites, membership

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_quotas(settings: Any) -> None:
    settings.CHAT = {**settings.CHAT, "ROOMS_MADE": 2, "UNANSWERED_CONVERSATIONS": 2, "LINKS": 2}


def count_done(act: Callable[[int], object], times: int) -> int:
    """Call `act` many times concurrently, and return how often it was not refused."""

    def tried(number: int) -> bool:
        try:
            act(number)
        except TooMany:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(times) as threads:
        return sum(threads.map(tried, range(times)))


class TestRooms:
    def test_a_user_makes_so_many_rooms_and_another_after_deleting_one(self, alice: User, bob: User) -> None:
        first = membership.create_room(alice, "first")
        membership.go_to(alice, "second")
        with pytest.raises(TooMany, match="You can create at most 2 rooms"):
            membership.go_to(alice, "third")
        assert membership.go_to(alice, "second").name == "second"  # going to an existing room creates none
        assert membership.create_room(bob, "third")
        delete_room.delete_room(Actor(alice), first.pk)
        assert membership.create_room(alice, "fourth")

    def test_a_room_that_was_given_away_or_left_still_counts(self, alice: User, bob: User) -> None:
        given, left = membership.create_room(alice, "given"), membership.create_room(alice, "left")
        membership.join(bob, given.pk)
        roles.transfer(Actor(alice), given.pk, bob.pk)
        membership.leave(alice, left.pk)
        with pytest.raises(TooMany):
            membership.create_room(alice, "another")
        assert [
            membership.create_room(bob, name).name for name in ("his", "his second")
        ]  # files that he was given do not count

    def test_administrators_make_any_number_of_rooms(self, alice: User, settings: Any) -> None:
        alice.is_staff = True
        alice.save()
        assert [membership.create_room(alice, str(number)) for number in range(4)]

    def test_a_quota_of_0_is_no_limit(self, alice: User, settings: Any) -> None:
        settings.CHAT = {**settings.CHAT, "ROOMS_MADE": 0}
        assert [membership.create_room(alice, str(number)) for number in range(4)]

    @pytest.mark.django_db(transaction=True)
    def test_rooms_that_are_made_at_the_same_time_are_all_counted(self, alice: User) -> None:
        assert count_done(lambda number: membership.create_room(alice, f"room {number}"), 6) == 2

    def test_the_forms_say_why_no_room_was_made(self, alice: User, client: Client) -> None:
        for name in ("first", "second"):
            membership.create_room(alice, name)
        client.force_login(alice)
        for address in ("chat:go", "chat:new-room"):
            answer = client.post(reverse(address), {"name": "third", "kind": "public", "create": "1"})
            assert answer.status_code == 422
            assert "You can create at most 2 rooms" in answer.content.decode()
            assert 'value="third"' in answer.content.decode()


class TestConversations:
    @pytest.fixture
    def others(self) -> list[User]:
        return [User.objects.create_user(f"person-{number}") for number in range(4)]

    def test_a_user_begins_so_many_conversations_that_nobody_answers(self, alice: User, others: list[User]) -> None:
        first = directs.open_direct(alice, [others[0].pk])
        directs.open_direct(alice, [others[1].pk])
        posting.post_message(alice, first.pk, body="Anyone?", client_id=uuid4())
        with pytest.raises(Limited, match="2 conversations in one day that have no reply yet") as refused:
            directs.open_direct(alice, [others[2].pk])
        assert 86_000 < refused.value.retry_after <= 86_400
        assert directs.open_direct(alice, [others[0].pk]) == first  # reopening a conversation starts none
        assert directs.open_direct(alice, [])  # notes need no answer
        assert directs.open_direct(others[3], [alice.pk])

    def test_another_conversation_can_be_begun_once_one_was_answered(self, alice: User, others: list[User]) -> None:
        first, _second = (directs.open_direct(alice, [other.pk]) for other in others[:2])
        posting.post_message(others[0], first.pk, body="Yes?", client_id=uuid4())
        assert directs.open_direct(alice, [others[2].pk])
        with pytest.raises(Limited):
            directs.open_direct(alice, [others[3].pk])

    def test_another_conversation_can_be_begun_when_the_wait_is_over(self, alice: User, others: list[User]) -> None:
        first, _second = (directs.open_direct(alice, [other.pk]) for other in others[:2])
        Room.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(hours=23, minutes=30))
        with pytest.raises(Limited, match="within 1 hour") as refused:
            directs.open_direct(alice, [others[2].pk])
        assert 1_700 < refused.value.retry_after <= 1_800
        Room.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(hours=24))
        assert directs.open_direct(alice, [others[2].pk])


class TestLinks:
    def test_a_room_has_so_many_links_that_work(self, alice: User, general: Room) -> None:
        first, _token = invites.make_link(Actor(alice), general.pk)
        invites.make_link(Actor(alice), general.pk)
        with pytest.raises(TooMany, match="A room can have at most 2 active invite links"):
            invites.make_link(Actor(alice), general.pk)
        invites.revoke_link(Actor(alice), first.pk)
        assert invites.make_link(Actor(alice), general.pk)

    def test_administrators_make_any_number_of_links(self, alice: User, general: Room) -> None:
        alice.is_staff = True
        alice.save()
        assert [invites.make_link(Actor(alice), general.pk) for _ in range(4)]

    @pytest.mark.django_db(transaction=True)
    def test_links_that_are_made_at_the_same_time_are_all_counted(self, alice: User, general: Room) -> None:
        assert count_done(lambda _: invites.make_link(Actor(alice), general.pk), 6) == 2
