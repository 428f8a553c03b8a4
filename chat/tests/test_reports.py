"""Reports: permissions to make and settle them, stored copies and events."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from chat.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from chat.models import AuditEntry, Membership, Message, Report, Room
from chat.permissions.actor import Actor
from chat.services.messages import editing, posting
from chat.services.moderation import reports
from chat.services.rooms import membership
from chat.services.rooms import settings as room_settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def carol(general: Room) -> User:
    """Create a moderator of `general`."""
    carol = User.objects.create_user("carol", display_name="Carol")
    membership.add_member(general.pk, carol, role=Membership.Role.MODERATOR)
    return carol


@pytest.fixture
def site(db: None) -> User:
    """Create an administrator who is in no room."""
    return User.objects.create_user("site", is_staff=True)


@pytest.fixture
def direct(alice: User, bob: User) -> Room:
    """Create a conversation of Alice and Bob."""
    room = Room.objects.create(kind=Room.Kind.DIRECT, name="")
    for user in (alice, bob):
        membership.add_member(room.pk, user)
    return room


def post(author: User, room: Room, body: str = "Rude words", kind: str = "text") -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), kind=kind)


def report(reporter: User, message: Message, reason: str = "Rude") -> Report:
    return reports.report_message(reporter, message.room_id, message.pk, reason)


def settle(by: User, report: Report, outcome: str = "dismissed", note: str = "") -> Report:
    return reports.settle(Actor(by, "10.0.0.1"), report.pk, outcome, note)


def refuses(error: type[Refused], act: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    with pytest.raises(error):
        act(*args, **kwargs)
    return True


class TestReporting:
    def test_a_report_keeps_the_words_the_author_and_the_rooms_name_as_they_were(
        self, alice: User, bob: User, general: Room
    ) -> None:
        message = post(alice, general)
        made = report(bob, message, "  Rude,\nand wrong ")
        editing.edit_message(alice, general.pk, message.pk, "Kind words")
        room_settings.change_settings(general.pk, by=Actor(alice), name="other")
        made.refresh_from_db()
        assert (made.body, made.author, made.room_name) == ("Rude words", alice, "general")
        assert (made.reporter, made.reason, made.settled_at) == (bob, "Rude, and wrong", None)

    def test_a_second_report_by_the_same_member_changes_the_reason_of_the_first(
        self, alice: User, bob: User, carol: User, general: Room
    ) -> None:
        message = post(alice, general)
        first = report(bob, message)
        assert report(bob, message, "Very rude") == first
        assert Report.objects.get().reason == "Very rude"
        settle(carol, first)
        report(bob, message, "I insist")
        assert (Report.objects.get().reason, Report.objects.open().count()) == ("Very rude", 0)
        assert report(carol, message) != first

    def test_only_members_report_and_only_what_others_said_and_is_still_there(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        message, own = post(alice, general), post(bob, general)
        assert refuses(NotFound, report, mallory, message)
        assert refuses(Forbidden, report, bob, own)
        assert refuses(Forbidden, report, bob, post(alice, general, kind="notice"))
        assert refuses(Forbidden, report, alice, general.messages.filter(kind="notice", author=bob).first())
        assert refuses(Invalid, report, bob, message, " ")
        assert refuses(Invalid, report, bob, message, "x" * 251)
        assert report(bob, message)
        editing.delete_own_message(alice, general.pk, message.pk)
        assert refuses(NotFound, report, bob, message)


class TestSettling:
    def test_a_moderator_settles_a_report_once_and_the_log_omits_the_reporter(
        self, alice: User, bob: User, carol: User, general: Room
    ) -> None:
        made = report(bob, post(alice, general))
        settled = settle(carol, made, "dismissed", "A joke")
        assert (settled.settled_by, settled.outcome, settled.note) == (carol, "dismissed", "A joke")
        assert settled.settled_at
        entry = AuditEntry.objects.get(act=AuditEntry.Act.REPORT_SETTLED)
        assert (entry.actor_name, entry.person_name, entry.reason) == ("carol", "alice", "A joke")
        assert (entry.room_id, entry.address) == (general.pk, "10.0.0.1")
        assert entry.details == {"report": made.pk, "outcome": "dismissed"}
        assert refuses(Conflict, settle, carol, made, "deleted")
        assert general.messages.get(body="Rude words").deleted_at is None

    def test_only_moderators_settle_reports(self, alice: User, bob: User, mallory: User, general: Room) -> None:
        made = report(bob, post(alice, general))
        assert refuses(Forbidden, settle, bob, made)
        assert refuses(NotFound, settle, mallory, made)
        assert refuses(NotFound, reports.settle, Actor(alice), 999_999, "dismissed")
        assert refuses(Invalid, settle, alice, made, "forgotten")

    def test_nobody_settles_a_report_about_themselves_but_administrators(
        self, alice: User, bob: User, carol: User, general: Room
    ) -> None:
        about_alice, about_carol = report(bob, post(alice, general)), report(bob, post(carol, general))
        assert refuses(Forbidden, settle, alice, about_alice)
        assert settle(alice, about_carol)
        User.objects.filter(pk=alice.pk).update(is_staff=True)
        assert settle(alice, about_alice)

    def test_the_outcome_deleted_leaves_a_tombstone_and_is_in_the_log_as_both(
        self, alice: User, bob: User, carol: User, general: Room
    ) -> None:
        message = post(alice, general)
        settle(carol, report(bob, message), "deleted", "Against the rules")
        message.refresh_from_db()
        assert (message.body, message.deleted_by) == ("", carol)
        acts = set(AuditEntry.objects.filter(reason="Against the rules").values_list("act", flat=True))
        assert acts == {"report.settled", "message.deleted"}
        assert Report.objects.get().body == "Rude words"

    def test_settling_a_report_keeps_an_earlier_deletion_by_the_author(
        self, alice: User, bob: User, carol: User, general: Room
    ) -> None:
        message = post(alice, general)
        made = report(bob, message)
        editing.delete_own_message(alice, general.pk, message.pk)
        assert settle(carol, made, "deleted").outcome == "deleted"
        message.refresh_from_db()
        assert message.deleted_by == alice

    def test_in_a_direct_conversation_administrators_settle_and_delete_what_was_reported(
        self, alice: User, bob: User, site: User, direct: Room
    ) -> None:
        message = post(bob, direct)
        made = report(alice, message)
        assert refuses(NotFound, settle, alice, made)
        settle(site, made, "deleted")
        message.refresh_from_db()
        assert message.deleted_by == site

    def test_reports_outlive_their_room_and_are_the_administrators_then(
        self, alice: User, bob: User, site: User, general: Room
    ) -> None:
        made = report(bob, post(alice, general))
        general.delete()
        assert refuses(NotFound, settle, alice, made)
        settled = settle(site, made, "deleted")
        assert (settled.room, settled.room_name, settled.body) == (None, "general", "Rude words")
