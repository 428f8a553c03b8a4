"""Purges: deletion of many messages of one user, batch by batch."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.errors import Forbidden, Invalid, NotFound
from chat.models import Membership, Removal, Room
from chat.permissions.actor import Actor
from chat.queries import history
from chat.services.messages import editing, pins, reactions
from chat.services.removal import purge_user, queue
from chat.services.removal.delete_room import delete_room
from chat.services.rooms import membership
from chat.tests.helpers.removal import LONG_AGO, acts, bodies, no_rest, say

pytestmark = pytest.mark.django_db


class TestPurging:
    def test_a_purge_turns_messages_of_the_last_hour_into_tombstones(
        self, alice: User, bob: User, general: Room
    ) -> None:
        say(bob, general, "Long before", ago=timedelta(hours=2))
        mine = say(alice, general, "Alice's")
        spam = say(bob, general, "Buy this, @alice", ago=timedelta(minutes=50))
        pins.pin(alice, general.pk, spam.pk)
        reactions.add_reaction(alice, general.pk, spam.pk, "👎")
        editing.edit_message(bob, general.pk, spam.pk, "Buy that")
        assert purge_user.purge(Actor(alice), general.pk, bob.pk, reason="Spam") == 1
        assert bodies(general) == ["Long before", "Alice's", ""]
        mine.refresh_from_db()
        assert not mine.is_deleted
        spam.refresh_from_db()
        assert (spam.html, spam.deleted_by, spam.pinned_at, spam.edited_at) == ("", alice, None, None)
        assert not spam.reactions.exists()
        assert not spam.edits.exists()
        assert not spam.mentions.exists()
        assert Membership.objects.with_unread().get(room=general, user=alice).unread == 1

    def test_a_purge_is_announced_and_logged_once(self, alice: User, bob: User, general: Room) -> None:
        for _ in range(2):
            say(bob, general)
        purge_user.purge(Actor(alice, "192.0.2.1"), general.pk, bob.pk, reason="Spam")
        assert purge_user.purge(Actor(alice), general.pk, bob.pk) == 0
        told = [message.notice for message in general.messages.filter(kind="notice") if message.notice]
        purged = [notice for notice in told if notice["what"] == "purged"]
        assert [(each["count"], each["who"]["id"], each["reason"]) for each in purged] == [(2, bob.pk, "Spam")]
        (entry,) = acts("messages.purged")
        assert (entry.actor_id, entry.person_id, entry.reason) == (alice.pk, bob.pk, "Spam")
        assert entry.details == {"count": 2}

    def test_a_member_is_purged_only_by_a_higher_role(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        membership.join(mallory, general.pk)
        say(alice, general)
        for by, whose in ((mallory, bob), (bob, alice), (alice, alice)):
            with pytest.raises(Forbidden):
                purge_user.purge(Actor(by), general.pk, whose.pk)
        with pytest.raises(NotFound):
            purge_user.purge(Actor(alice), general.pk, 999_999)
        with pytest.raises(Invalid):
            purge_user.purge(Actor(alice), general.pk, bob.pk, reason="x" * 251)

    def test_a_purge_deletes_the_first_batch_at_once_and_the_rest_from_the_queue(
        self, small_batches: None, alice: User, bob: User, general: Room
    ) -> None:
        for number in range(7):
            say(bob, general, str(number))
        assert purge_user.purge(Actor(alice), general.pk, bob.pk) == 7
        assert bodies(general) == ["", "", "", "3", "4", "5", "6"]
        say(bob, general, "After it")
        queue.work_off(no_rest)
        assert bodies(general) == ["", "", "", "", "", "", "", "After it"]
        assert Removal.objects.get().done == 7

    def test_an_interrupted_purge_leaves_no_batch_half_done(
        self, small_batches: None, monkeypatch: pytest.MonkeyPatch, alice: User, bob: User, general: Room
    ) -> None:
        for number in range(7):
            say(bob, general, str(number))
        purge_user.purge(Actor(alice), general.pk, bob.pk)
        with monkeypatch.context() as patch:
            patch.setattr(Removal, "save", lambda *_, **__: 1 / 0)  # fails after the rows were written
            with pytest.raises(ZeroDivisionError):
                queue.remove_next()
        assert bodies(general) == ["", "", "", "3", "4", "5", "6"]
        queue.work_off(no_rest)
        assert bodies(general) == [""] * 7
        assert Removal.objects.get().done == 7

    def test_a_purge_of_all_messages_of_a_user_reaches_all_rooms(
        self, small_batches: None, administrator: User, alice: User, bob: User, general: Room, secret: Room
    ) -> None:
        gone = membership.create_room(alice, "gone")
        membership.join(bob, gone.pk)
        for room in (general, secret, gone) * 2:
            say(bob, room, ago=LONG_AGO)
            say(alice, room, "Alice's")
        purge_user.queue_all_of(Actor(administrator), bob, "Spam")
        delete_room(Actor(alice), gone.pk)
        queue.work_off(no_rest)
        for room in (general, secret):
            assert bodies(room) == ["", "Alice's"] * 2
        assert not Room.objects.filter(pk=gone.pk).exists()
        assert not Removal.objects.unfinished().exists()
        (entry,) = acts("messages.purged")
        assert (entry.actor_id, entry.person_id, entry.room_id, entry.details) == (
            administrator.pk,
            bob.pk,
            None,
            {"count": 6},
        )

    def test_a_returning_client_gets_all_tombstones_of_a_version_or_a_reset(
        self, alice: User, bob: User, general: Room
    ) -> None:
        spam = [say(bob, general).pk for _ in range(5)]
        version = Room.objects.get(pk=general.pk).version
        purge_user.purge(Actor(alice), general.pk, bob.pk)
        replayed = history.changes_since(general.pk, version, limit=6).events
        buried = [event for event in replayed if event["version"] == version + 1]
        assert sorted(event["message"]["id"] for event in buried) == spam
        assert all(event["message"]["deleted"]["by"]["id"] == alice.pk for event in buried)
        read_again = history.changes_since(general.pk, version, limit=5).events
        assert [event["type"] for event in read_again] == ["room.reset"]

    def test_a_batch_of_a_purge_takes_few_queries(self, alice: User, bob: User, general: Room) -> None:
        root = say(alice, general)
        for number in range(50):
            spam = say(bob, general, str(number), thread=root.pk if number % 2 else None)
            say(alice, general, quote=spam.pk)
        with CaptureQueriesContext(connection) as queries:
            purge_user.purge(Actor(alice), general.pk, bob.pk)
        assert len(queries) < 50


@pytest.mark.django_db(transaction=True)
def test_several_servers_work_at_the_queue_at_once_and_do_everything_once(
    small_batches: None, alice: User, bob: User, general: Room, secret: Room
) -> None:
    for room in (general, secret):
        for number in range(20):
            say(bob, room, str(number))
        purge_user.purge(Actor(alice), room.pk, bob.pk)

    def serve(_: int) -> int:
        try:
            return queue.work_off(no_rest)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as servers:
        done = list(servers.map(serve, range(3)))
    assert sum(done) == 2 * 17
    assert [removal.done for removal in Removal.objects.all()] == [20, 20]
    for room in (general, secret):
        assert bodies(room) == [""] * 20
        assert Counter(room.messages.said().values_list("version", flat=True)).most_common(1)[0][1] == 3
