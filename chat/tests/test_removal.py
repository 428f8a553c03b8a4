"""Deleting rooms, all that somebody posted, and what was kept for long enough: batch by batch."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from chat import history
from chat.errors import Forbidden, Invalid, NotFound
from chat.models import AuditEntry, Ban, FormerName, Invite, Membership, Message, Removal, Report, Room
from chat.services import editing, messages, pins, purging, reactions, removals, retention, rooms
from chat.services.actor import Actor
from chat.services.deleting import delete_room
from chat.tests.helpers.talk import member

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=40)


def say(author: User, room: Room, body: str = "Hello", *, ago: timedelta = timedelta(), **details: Any) -> Message:
    at = timezone.now() - ago
    return messages.post_message(author, room.pk, body=body, client_id=uuid4(), created_at=at, **details)


def no_rest(seconds: float) -> None:
    """In tests nobody posts meanwhile."""


def acts(act: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(act=act))


def bodies(room: Room) -> list[str]:
    return list(room.messages.said().order_by("position").values_list("body", flat=True))


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (removals, retention):
        monkeypatch.setattr(module, "TOGETHER", 3)
    monkeypatch.setattr(removals, "ERASED_TOGETHER", 3)
    monkeypatch.setattr(purging, "AT_ONCE", 3)


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_user("root", is_staff=True)


class TestDeletingARoom:
    def test_only_the_owner_and_administrators_delete_a_room(
        self, alice: User, bob: User, mallory: User, administrator: User, general: Room, secret: Room
    ) -> None:
        with pytest.raises(Forbidden):
            delete_room(Actor(bob), general.pk)
        with pytest.raises(NotFound):
            delete_room(Actor(mallory), general.pk)
        delete_room(Actor(alice), general.pk)
        delete_room(Actor(administrator), secret.pk)
        assert not Room.objects.existing().exists()

    def test_a_deleted_room_answers_as_one_that_never_existed(self, alice: User, bob: User, general: Room) -> None:
        assert Room.objects.of(bob).get() == Room.objects.directory().get() == Room.objects.open_to(bob).get()
        FormerName.objects.create(room=general, name="lobby")
        Invite.objects.create(room=general, digest="0" * 64)
        delete_room(Actor(alice, "192.0.2.1"), general.pk, reason="Nobody  comes")
        for found in (Room.objects.of(bob), Room.objects.directory(), Room.objects.open_to(bob)):
            assert not found.exists()
        assert not Membership.objects.current().exists()
        for refused in (
            lambda: history.latest_page(general.pk),
            lambda: history.changes_since(general.pk, None),
            lambda: rooms.join(bob, general.pk),
            lambda: rooms.add_member(general.pk, bob),
            lambda: rooms.leave(bob, general.pk),
            lambda: say(alice, general),
            lambda: delete_room(Actor(alice), general.pk),
        ):
            with pytest.raises(NotFound):
                refused()
        assert not FormerName.objects.exists()
        assert not Invite.objects.exists()
        assert rooms.create_room(bob, "general") != general
        (entry,) = acts("room.deleted")
        assert (entry.actor_id, entry.address, entry.room_name) == (alice.pk, "192.0.2.1", "general")
        assert entry.reason == "Nobody comes"

    def test_deleting_a_room_ends_all_memberships_at_one_version_with_actor_and_reason(
        self, alice: User, bob: User, general: Room
    ) -> None:
        before = Room.objects.get(pk=general.pk).version
        delete_room(Actor(alice), general.pk, reason="Enough")
        for ended in Membership.objects.filter(room=general):
            assert (ended.ending, ended.ended_by, ended.ending_reason) == ("deleted", alice, "Enough")
            assert ended.version == before + 1

    def test_the_rows_of_a_deleted_room_go_batch_by_batch_and_the_room_last(
        self, small_batches: None, alice: User, bob: User, general: Room
    ) -> None:
        root = say(alice, general, "Root")
        say(bob, general, "Reply to @alice", thread=root.pk)
        quoting = say(bob, general, "Hello @alice", quote=root.pk)
        reactions.add_reaction(alice, general.pk, root.pk, "👍")
        editing.edit_message(bob, general.pk, quoting.pk, "Hello")
        for number in range(5):
            member(general, f"member{number}")
        Report.objects.create(room=general, message=root, body="Root", reporter=bob)
        Ban.objects.create(room=general, user=User.objects.get(username="member1"))
        delete_room(Actor(alice), general.pk)
        left = [general.messages.count()]
        while removals.remove_next() is not None:
            left.append(general.messages.count())
        assert left[0] - left[1] == 3
        assert left == sorted(left, reverse=True)
        assert not Room.objects.filter(pk=general.pk).exists()
        assert not Ban.objects.exists()
        assert Report.objects.get(room=None, message=None).body == "Root"
        removal = Removal.objects.get()
        assert (removal.by, removal.done) == (alice, left[0])
        assert removal.finished_at is not None


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
        assert purging.purge(Actor(alice), general.pk, bob.pk, reason="Spam") == 1
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
        purging.purge(Actor(alice, "192.0.2.1"), general.pk, bob.pk, reason="Spam")
        assert purging.purge(Actor(alice), general.pk, bob.pk) == 0
        told = [message.notice for message in general.messages.filter(kind="notice") if message.notice]
        purged = [notice for notice in told if notice["what"] == "purged"]
        assert [(each["count"], each["who"]["id"], each["reason"]) for each in purged] == [(2, bob.pk, "Spam")]
        (entry,) = acts("messages.purged")
        assert (entry.actor_id, entry.person_id, entry.reason) == (alice.pk, bob.pk, "Spam")
        assert entry.details == {"count": 2}

    def test_a_member_is_purged_only_by_a_higher_role(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        rooms.join(mallory, general.pk)
        say(alice, general)
        for by, whose in ((mallory, bob), (bob, alice), (alice, alice)):
            with pytest.raises(Forbidden):
                purging.purge(Actor(by), general.pk, whose.pk)
        with pytest.raises(NotFound):
            purging.purge(Actor(alice), general.pk, 999_999)
        with pytest.raises(Invalid):
            purging.purge(Actor(alice), general.pk, bob.pk, reason="x" * 251)

    def test_a_purge_deletes_the_first_batch_at_once_and_the_rest_from_the_queue(
        self, small_batches: None, alice: User, bob: User, general: Room
    ) -> None:
        for number in range(7):
            say(bob, general, str(number))
        assert purging.purge(Actor(alice), general.pk, bob.pk) == 7
        assert bodies(general) == ["", "", "", "3", "4", "5", "6"]
        say(bob, general, "After it")
        removals.work_off(no_rest)
        assert bodies(general) == ["", "", "", "", "", "", "", "After it"]
        assert Removal.objects.get().done == 7

    def test_an_interrupted_purge_leaves_no_batch_half_done(
        self, small_batches: None, monkeypatch: pytest.MonkeyPatch, alice: User, bob: User, general: Room
    ) -> None:
        for number in range(7):
            say(bob, general, str(number))
        purging.purge(Actor(alice), general.pk, bob.pk)
        with monkeypatch.context() as patch:
            patch.setattr(Removal, "save", lambda *_, **__: 1 / 0)  # after the rows were written
            with pytest.raises(ZeroDivisionError):
                removals.remove_next()
        assert bodies(general) == ["", "", "", "3", "4", "5", "6"]
        removals.work_off(no_rest)
        assert bodies(general) == [""] * 7
        assert Removal.objects.get().done == 7

    def test_a_purge_of_all_messages_of_a_user_reaches_all_rooms(
        self, small_batches: None, administrator: User, alice: User, bob: User, general: Room, secret: Room
    ) -> None:
        gone = rooms.create_room(alice, "gone")
        rooms.join(bob, gone.pk)
        for room in (general, secret, gone) * 2:
            say(bob, room, ago=LONG_AGO)
            say(alice, room, "Alice's")
        purging.queue_all_of(Actor(administrator), bob, "Spam")
        delete_room(Actor(alice), gone.pk)
        removals.work_off(no_rest)
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
        purging.purge(Actor(alice), general.pk, bob.pk)
        replayed = history.changes_since(general.pk, version, limit=6).events
        buried = [event for event in replayed if event["version"] == version + 1]
        assert sorted(event["message"]["id"] for event in buried) == spam
        assert all(event["message"]["deleted"]["by"]["id"] == alice.pk for event in buried)
        anew = history.changes_since(general.pk, version, limit=5).events
        assert [event["type"] for event in anew] == ["room.reset"]

    def test_a_batch_of_a_purge_takes_few_queries(self, alice: User, bob: User, general: Room) -> None:
        root = say(alice, general)
        for number in range(50):
            spam = say(bob, general, str(number), thread=root.pk if number % 2 else None)
            say(alice, general, quote=spam.pk)
        with CaptureQueriesContext(connection) as queries:
            purging.purge(Actor(alice), general.pk, bob.pk)
        assert len(queries) < 50


@pytest.mark.django_db(transaction=True)
def test_several_servers_work_at_the_queue_at_once_and_do_everything_once(
    small_batches: None, alice: User, bob: User, general: Room, secret: Room
) -> None:
    for room in (general, secret):
        for number in range(20):
            say(bob, room, str(number))
        purging.purge(Actor(alice), room.pk, bob.pk)

    def serve(_: int) -> int:
        try:
            return removals.work_off(no_rest)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as servers:
        done = list(servers.map(serve, range(3)))
    assert sum(done) == 2 * 17
    assert [removal.done for removal in Removal.objects.all()] == [20, 20]
    for room in (general, secret):
        assert bodies(room) == [""] * 20
        assert Counter(room.messages.said().values_list("version", flat=True)).most_common(1)[0][1] == 3


class TestRetention:
    def keep(self, room: Room, days: int = 30) -> None:
        retention.set_retention(Actor(None), room.pk, days)

    def apply(self, room: Room) -> int:
        return retention.apply(room.pk, timezone.now(), no_rest)

    def test_only_administrators_set_the_retention_of_a_room(
        self, administrator: User, alice: User, general: Room
    ) -> None:
        with pytest.raises(Forbidden):
            retention.set_retention(Actor(alice), general.pk, 30)
        for days in (0, 36_501):
            with pytest.raises(Invalid):
                retention.set_retention(Actor(administrator), general.pk, days)
        for kept in (30, 30, None):
            assert retention.set_retention(Actor(administrator), general.pk, kept).retention_days == kept
        assert [entry.details for entry in acts("room.retained")] == [
            {"before": None, "days": 30},
            {"before": 30, "days": None},
        ]

    def test_retention_removes_old_messages_and_keeps_new_ones(
        self, small_batches: None, alice: User, bob: User, general: Room
    ) -> None:
        for number in range(7):
            say(bob, general, str(number), ago=LONG_AGO)
        say(bob, general, "New")
        assert self.apply(general) == 0
        self.keep(general)
        assert self.apply(general) == 7
        assert bodies(general) == ["New"]
        assert general.messages.filter(kind="notice").count() == 1
        assert Membership.objects.with_unread().get(room=general, user=alice).unread == 1
        (entry,) = acts("room.trimmed")
        assert (entry.actor_id, entry.address, entry.details) == (None, "console", {"count": 7, "days": 30})
        assert self.apply(general) == 0
        assert len(acts("room.trimmed")) == 1

    def test_a_message_stays_until_its_last_reply_is_old_as_well(self, alice: User, bob: User, general: Room) -> None:
        alive, dead = say(alice, general, "Alive", ago=LONG_AGO), say(alice, general, "Dead", ago=LONG_AGO)
        for root in (alive, dead):
            say(bob, general, "Old reply", thread=root.pk, ago=LONG_AGO)
        say(bob, general, "New reply", thread=alive.pk)
        quoting = say(bob, general, "As was said", quote=dead.pk)
        self.keep(general)
        assert self.apply(general) == 3
        assert bodies(general) == ["Alive", "New reply", "As was said"]
        alive.refresh_from_db()
        assert alive.reply_count == 1
        quoting.refresh_from_db()
        assert quoting.quote_id is None

    def test_a_client_below_the_floor_of_a_trimmed_room_is_reset(
        self, small_batches: None, bob: User, general: Room
    ) -> None:
        version = say(bob, general, ago=LONG_AGO).version
        assert history.changes_since(general.pk, version).events == []
        self.keep(general)
        self.apply(general)
        general.refresh_from_db()
        assert general.floor == general.version == version + 1
        assert [event["type"] for event in history.changes_since(general.pk, version).events] == ["room.reset"]
        say(bob, general)
        after = history.changes_since(general.pk, general.version).events
        assert [event["type"] for event in after] == ["message.posted"]

    def test_retention_that_was_interrupted_goes_on_where_it_stopped(
        self, small_batches: None, bob: User, general: Room
    ) -> None:
        for number in range(7):
            say(bob, general, str(number), ago=LONG_AGO)
        self.keep(general)
        with pytest.raises(ZeroDivisionError):
            retention.apply(general.pk, timezone.now(), lambda seconds: 1 / 0)  # type: ignore[arg-type]
        assert bodies(general) == ["3", "4", "5", "6"]
        assert self.apply(general) == 4
        assert [entry.details["count"] for entry in acts("room.trimmed")] == [3, 4]

    def test_a_batch_of_retention_takes_few_queries(self, alice: User, bob: User, general: Room) -> None:
        root = say(alice, general)
        for number in range(50):
            old = say(bob, general, f"{number}, @alice", thread=root.pk if number % 2 else None, ago=LONG_AGO)
            reactions.add_reaction(alice, general.pk, old.pk, "👍")
            say(alice, general, quote=old.pk)
        self.keep(general)
        with CaptureQueriesContext(connection) as queries:
            assert self.apply(general) == 50
        assert len(queries) < 40


class TestTidying:
    def test_tidying_applies_retention_and_works_off_the_queue(
        self, small_batches: None, monkeypatch: pytest.MonkeyPatch, alice: User, bob: User, general: Room, secret: Room
    ) -> None:
        monkeypatch.setattr(removals, "REST", 0)
        monkeypatch.setattr(retention, "REST", 0)
        retention.set_retention(Actor(None), general.pk, 30)
        say(bob, general, ago=LONG_AGO)
        for _ in range(5):
            say(bob, secret)
        purging.purge(Actor(alice), secret.pk, bob.pk)
        assert self.tidy() == ["general: 1 message was removed", "What was deleted before: 2 messages were removed"]
        assert self.tidy() == []
        delete_room(Actor(alice), secret.pk)
        assert self.tidy("--quiet") == []
        assert not Room.objects.filter(pk=secret.pk).exists()

    def tidy(self, *options: str) -> list[str]:
        out = StringIO()
        call_command("tidy", *options, stdout=out)
        return out.getvalue().splitlines()
