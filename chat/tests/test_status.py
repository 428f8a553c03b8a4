"""Decisions of users about how others see them, and their last-seen times."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from chat.errors import Invalid, SignedOut
from chat.hub import queries
from chat.models import Room, Status
from chat.protocol import events
from chat.services.people.profiles import note_time_zone
from chat.services.people.status import note_last_seen, set_status
from chat.services.rooms import membership
from chat.services.shared.session_guard import in_session
from testing.sockets import session_cookie

pytestmark = pytest.mark.django_db(transaction=True)

PALM = "🌴"
NOTHING = {"mode": "auto", "text": "", "emoji": "", "until": None}


def stored(user: User) -> User:
    """Read the user again, as for a card."""
    return User.objects.select_related("status").get(pk=user.pk)


def own(user: User) -> dict[str, Any]:
    return events.own_status(stored(user))


def card(user: User) -> dict[str, Any]:
    return events.person_card(stored(user))


def in_(**time: float) -> datetime:
    return timezone.now() + timedelta(**time)


def end(user: User) -> None:
    """Let the status expire."""
    Status.objects.filter(user=user).update(until=in_(seconds=-1))


class TestDefaults:
    def test_a_user_without_a_status_has_the_defaults_and_no_row(self, alice: User) -> None:
        assert own(alice) == NOTHING
        assert card(alice) == events.user_card(alice)
        assert not Status.objects.exists()


class TestSetting:
    def test_setting_a_status_stores_all_of_it(self, alice: User) -> None:
        until = in_(hours=1)
        set_status(alice, mode="dnd", text=" On holiday ", emoji=PALM, until=until)
        assert own(alice) == {"mode": "dnd", "text": "On holiday", "emoji": PALM, "until": events.moment(until)}
        status = {"text": "On holiday", "emoji": PALM, "until": events.moment(until)}
        assert card(alice) == {**events.user_card(alice), "dnd": True, "status": status}

    def test_setting_a_status_again_replaces_all_of_it(self, alice: User) -> None:
        set_status(alice, mode="dnd", text="On holiday", emoji=PALM, until=in_(hours=1))
        assert events.own_status(set_status(alice, mode="away")) == own(alice) == {**NOTHING, "mode": "away"}
        assert card(alice) == events.user_card(alice)
        assert Status.objects.count() == 1

    def test_setting_a_status_affects_no_other_user(self, alice: User, bob: User) -> None:
        set_status(alice, text="Busy")
        set_status(bob, text="Idle")
        assert (own(alice)["text"], own(bob)["text"]) == ("Busy", "Idle")

    def test_a_status_takes_text_up_to_a_length_and_on_one_line(self, alice: User) -> None:
        for good in ("x" * 100, "Größe 漢字 👩‍👩‍👧", "\u202eright to left"):
            assert own(set_status(alice, text=good))["text"] == good
        for bad in ("x" * 101, "a\0b", "two\nlines", "two\u2028lines", "\x1b[31m", "a\tb", "\u200b", "\u3164"):
            with pytest.raises(Invalid):
                set_status(alice, text=bad)
        assert own(alice)["text"] == "\u202eright to left"

    def test_a_status_takes_exactly_one_emoji(self, alice: User) -> None:
        assert own(set_status(alice, emoji=PALM))["emoji"] == PALM
        for bad in ("x", PALM * 2, ":tada:", " ", PALM * 1000):
            with pytest.raises(Invalid):
                set_status(alice, emoji=bad)

    def test_a_status_ends_in_the_future_and_within_a_year(self, alice: User) -> None:
        assert own(set_status(alice, text="Busy", until=in_(days=365)))["until"]
        for bad in (in_(seconds=-1), in_(days=367), datetime.max.replace(tzinfo=UTC)):
            with pytest.raises(Invalid):
                set_status(alice, text="Busy", until=bad)

    def test_an_unknown_mode_of_a_status_is_refused(self, alice: User) -> None:
        assert own(set_status(alice, mode="away"))["mode"] == "away"
        with pytest.raises(Invalid):
            set_status(alice, mode="asleep")

    def test_a_status_with_nothing_that_ends_has_no_end(self, alice: User) -> None:
        assert own(set_status(alice, mode="dnd", until=in_(hours=1)))["until"]
        assert own(set_status(alice, mode="away", until=in_(hours=1)))["until"] is None

    def test_a_status_cannot_be_set_after_the_session_has_ended(self, alice: User) -> None:
        session = session_cookie(alice)
        assert in_session(session, alice, lambda: set_status(alice, text="Busy"))
        User.objects.filter(pk=alice.pk).update(is_active=False)
        with pytest.raises(SignedOut):
            in_session(session, alice, lambda: set_status(alice, text="Idle"))
        assert own(alice)["text"] == "Busy"


class TestInvisible:
    @pytest.mark.parametrize(("before", "is_shown"), [("dnd", True), ("auto", False), ("away", False)])
    def test_do_not_disturb_stays_on_the_card_of_a_user_who_turns_invisible(
        self, alice: User, before: str, is_shown: bool
    ) -> None:
        # Other users see the card until they no longer see the user.
        set_status(alice, mode=before)
        for text in ("", "Busy"):
            set_status(alice, mode="invisible", text=text)
            assert ("dnd" in card(alice)) == is_shown
        set_status(alice, mode="auto")
        set_status(alice, mode="invisible")
        assert "dnd" not in card(alice)

    def test_do_not_disturb_that_has_ended_is_not_on_the_card_of_an_invisible_user(self, alice: User) -> None:
        set_status(alice, mode="dnd", until=in_(seconds=60))
        Status.objects.update(until=in_(seconds=-1))
        set_status(alice, mode="invisible")
        assert "dnd" not in card(alice)


class TestEnd:
    def test_the_end_of_a_status_clears_text_emoji_and_do_not_disturb(self, alice: User) -> None:
        set_status(alice, mode="dnd", text="In a meeting", emoji=PALM, until=in_(hours=1))
        end(alice)
        assert own(alice) == NOTHING
        assert card(alice) == events.user_card(alice)

    @pytest.mark.parametrize("mode", ["away", "invisible"])
    def test_the_end_of_a_status_keeps_away_and_invisible(self, alice: User, mode: str) -> None:
        set_status(alice, mode=mode, text="In a meeting", until=in_(hours=1))
        end(alice)
        assert own(alice) == {**NOTHING, "mode": mode}


class TestRecentChanges:
    def test_recent_changes_of_status_are_found_by_the_databases_clock(self, alice: User, bob: User) -> None:
        set_status(alice, text="Busy")
        set_status(bob, text="Idle")
        Status.objects.filter(user=bob).update(changed_at=Now() - timedelta(minutes=2))
        assert [status.user for status in Status.objects.changed_within(timedelta(minutes=1))] == [alice]
        assert Status.objects.changed_within(timedelta(minutes=3)).count() == 2

    def test_recent_changes_of_status_include_those_that_ended(self, alice: User) -> None:
        set_status(alice, text="Busy", until=in_(hours=1))
        Status.objects.update(changed_at=Now() - timedelta(hours=2))
        lately = Status.objects.changed_within(timedelta(minutes=1))
        assert not lately.exists()
        end(alice)
        assert lately.get().user == alice
        Status.objects.update(until=in_(minutes=-2))
        assert not lately.exists()

    def test_the_version_of_a_status_grows_with_each_change(self, alice: User) -> None:
        first = events.person_state(set_status(alice, text="Busy"))
        assert events.person_state(set_status(alice, text="Idle"))["changed"] >= first["changed"] > 0

    def test_the_version_of_a_status_keeps_every_microsecond(self, alice: User) -> None:
        set_status(alice)
        for microsecond in (0, 1, 999_999):
            Status.objects.update(changed_at=datetime(2026, 1, 2, 3, 4, 5, microsecond, tzinfo=UTC))
            state = events.person_state(User.objects.get(pk=alice.pk))
            assert json.loads(json.dumps(state))["changed"] == 1_767_323_045_000_000 + microsecond


class TestLastSeen:
    def test_last_seen_is_stored_for_many_at_once(self, alice: User, bob: User) -> None:
        set_status(bob, mode="away", text="Busy")
        now = timezone.now()
        note_last_seen({alice.pk: now, bob.pk: now, 10**9: now})
        assert card(alice)["last_seen"] == card(bob)["last_seen"] == events.moment(now)
        assert own(bob) == {**NOTHING, "mode": "away", "text": "Busy"}

    def test_last_seen_does_not_go_back(self, alice: User) -> None:
        note_last_seen({alice.pk: in_(seconds=-10)})
        seen = card(alice)["last_seen"]
        note_last_seen({alice.pk: in_(seconds=-20)})
        assert card(alice)["last_seen"] == seen
        note_last_seen({alice.pk: in_(seconds=-5)})
        assert card(alice)["last_seen"] > seen

    def test_last_seen_stays_when_a_status_is_set(self, alice: User) -> None:
        note_last_seen({alice.pk: timezone.now()})
        seen = card(alice)["last_seen"]
        set_status(alice, mode="invisible")
        assert card(alice)["last_seen"] == seen

    def test_last_seen_of_nobody_stores_nothing(self) -> None:
        note_last_seen({})
        assert not Status.objects.exists()


class TestArriving:
    def test_arriving_reads_the_user_and_their_rooms_in_one_query(
        self, alice: User, bob: User, general: Room, secret: Room, django_assert_num_queries: Any
    ) -> None:
        set_status(alice, mode="dnd", text="Busy")
        membership.leave(alice, membership.create_room(alice, "left").pk)
        with django_assert_num_queries(1):
            person, found = queries.arrival(alice.pk)
        assert (person, set(found)) == (events.person_state(stored(alice)), {general.pk, secret.pk})
        assert queries.arrival(bob.pk)[0]["status"] == NOTHING

    def test_arriving_works_for_a_user_without_a_room(self, mallory: User) -> None:
        person, found = queries.arrival(mallory.pk)
        assert (person["card"], found) == (events.user_card(mallory), [])


class TestTheTimeZone:
    def test_the_time_zone_is_the_pages_where_none_was_chosen(self, alice: User) -> None:
        assert note_time_zone(alice, "Europe/Berlin") == "Europe/Berlin"
        assert note_time_zone(alice, "Asia/Tokyo") == "Europe/Berlin"

    @pytest.mark.parametrize(
        "name", ["", "Nowhere/Land", "europe/berlin", "../../etc/passwd", "Europe/Berlin\0", "x" * 99]
    )
    def test_an_unknown_time_zone_is_refused(self, alice: User, name: str) -> None:
        with pytest.raises(Invalid):
            note_time_zone(alice, name)
        alice.refresh_from_db()
        assert alice.time_zone == ""
        assert note_time_zone(alice, "UTC") == "UTC"
