"""Retention of messages, and the command that applies it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from chat.errors import Forbidden, Invalid
from chat.models import Membership, Room
from chat.permissions.actor import Actor
from chat.queries import history
from chat.services.messages import reactions
from chat.services.removal import purge_user, queue, retention
from chat.services.removal.delete_room import delete_room
from chat.tests.helpers.removal import LONG_AGO, acts, bodies, no_rest, say

pytestmark = pytest.mark.django_db


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
        monkeypatch.setattr(queue, "REST", 0)
        monkeypatch.setattr(retention, "REST", 0)
        retention.set_retention(Actor(None), general.pk, 30)
        say(bob, general, ago=LONG_AGO)
        for _ in range(5):
            say(bob, secret)
        purge_user.purge(Actor(alice), secret.pk, bob.pk)
        assert self.tidy() == ["general: 1 message was removed", "Deleted before: 2 messages were removed"]
        assert self.tidy() == []
        delete_room(Actor(alice), secret.pk)
        assert self.tidy("--quiet") == []
        assert not Room.objects.filter(pk=secret.pk).exists()

    def tidy(self, *options: str) -> list[str]:
        out = StringIO()
        call_command("tidy", *options, stdout=out)
        return out.getvalue().splitlines()
