"""The pages of reports and announcements, and the same in Django's admin."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from chat.errors import Forbidden
from chat.models import Announcement, AuditEntry, Membership, Message, Report, Room
from chat.permissions.actor import Actor
from chat.services.messages import posting
from chat.services.moderation import reports
from chat.services.rooms import membership
from chat.services.site import announcements
from chat.tests.permissions.cases import rolled_back

pytestmark = pytest.mark.django_db

Act = AuditEntry.Act


@pytest.fixture
def carol(general: Room) -> User:
    """Create a moderator of `general`."""
    carol = User.objects.create_user("carol", display_name="Carol")
    membership.add_member(general.pk, carol, role=Membership.Role.MODERATOR)
    return carol


@pytest.fixture
def site(db: None) -> User:
    """Create an administrator who is in no room."""
    return User.objects.create_superuser("site", "site@example.org")


def page(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def told(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def post(author: User, room: Room, body: str = "Rude words") -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4())


def report(reporter: User, message: Message, reason: str = "Because of that") -> Report:
    return reports.report_message(reporter, message.room_id, message.pk, reason)


class TestReportsOfARoom:
    def test_an_outcome_is_offered_if_and_only_if_the_service_accepts_it(
        self, alice: User, bob: User, general: Room
    ) -> None:
        said = report(alice, post(bob, general))
        address = reverse("chat:room-settings:reports", args=[general.pk])
        for archived_at in (None, timezone.now()):
            Room.objects.filter(pk=general.pk).update(archived_at=archived_at)
            shown = page(alice).get(address).content.decode()
            for outcome in Report.Outcome.values:
                is_accepted = True
                with rolled_back():
                    try:
                        reports.settle(Actor(alice), said.pk, outcome)
                    except Forbidden:
                        is_accepted = False
                assert (f'<option value="{outcome}">' in shown) == is_accepted

    @pytest.mark.parametrize(
        ("body", "shown"),
        [
            ("Rude words", "Rude words"),
            ("Only || one sign", "Only || one sign"),
            ("||", "||"),
            ("It was ||him||.", "It was {him}."),
            ("||all of it||", "{all of it}"),
            ("One ||<b>|| and ||two|| more", "One {&lt;b&gt;|| and ||two} more"),
        ],
    )
    def test_spoilers_are_hidden_until_the_moderator_shows_them(
        self, alice: User, bob: User, carol: User, general: Room, body: str, shown: str
    ) -> None:
        report(bob, post(alice, general, body))
        answer = page(carol).get(reverse("chat:room-settings:reports", args=[general.pk])).content.decode()
        begin = (
            '<span class="spoiler" role="button" tabindex="0" aria-label="Spoiler: show" title="Spoiler: show"><span>'
        )
        html = shown.replace("{", begin).replace("}", "</span></span>")
        assert f'<blockquote dir="auto">{html}</blockquote>' in answer
        assert "chat/pages/spoilers.js" in answer

    def test_the_page_of_reports_shows_message_author_reporter_and_reason_and_settles_a_report(
        self, alice: User, bob: User, carol: User, general: Room
    ) -> None:
        message = post(alice, general)
        made = report(bob, message)
        address, hers = reverse("chat:room-settings:reports", args=[general.pk]), page(carol)
        shown = hers.get(address).content.decode()
        assert all(words in shown for words in ("Alice", "Rude words", "Bob", "Because of that"))
        assert hers.get(f"{address}count/").json() == {"open": 1}
        answer = hers.post(address, {"report": made.pk, "outcome": "deleted", "note": "Against the rules"})
        assert (answer.status_code, answer["Location"]) == (302, address)
        message.refresh_from_db()
        assert message.is_deleted
        shown = hers.get(address).content.decode()
        assert all(words in shown for words in ("Message deleted", "Carol", "Against the rules", "Rude words"))
        assert hers.get(f"{address}count/").json() == {"open": 0}

    def test_the_page_of_reports_does_not_tell_the_author_who_reported_them(
        self, alice: User, bob: User, general: Room
    ) -> None:
        report(bob, post(alice, general))
        address, hers = reverse("chat:room-settings:reports", args=[general.pk]), page(alice)
        shown = hers.get(address).content.decode()
        assert "Rude words" in shown
        assert "Bob" not in shown
        assert "Because of that" not in shown
        assert "<form" not in shown
        assert "Somebody" not in hers.get(reverse("chat:room-settings:log", args=[general.pk])).content.decode()

    def test_only_moderators_see_the_reports_and_the_log_of_a_room(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        for name in ("reports", "report-count", "log"):
            address = reverse(f"chat:room-settings:{name}", args=[general.pk])
            assert page(alice).get(address).status_code == 200
            assert page(bob).get(address).status_code == 403
            assert page(mallory).get(address).status_code == 404
            assert page(alice).get(address.replace(str(general.pk), "999999")).status_code == 404

    def test_a_moderator_who_settles_a_report_too_late_is_told(
        self, alice: User, bob: User, carol: User, general: Room
    ) -> None:
        made = report(bob, post(alice, general))
        address = reverse("chat:room-settings:reports", args=[general.pk])
        reports.settle(Actor(carol), made.pk, "dismissed")
        answer = page(carol).post(address, {"report": made.pk, "outcome": "dismissed"})
        assert told(answer) == ["This report is already resolved."]
        assert told(page(carol).post(address, {"report": made.pk, "outcome": "x"})) == ["Invalid request."]


class TestReportsOfTheSite:
    def test_the_reports_of_the_site_are_those_of_all_rooms_and_direct_conversations(
        self, alice: User, bob: User, site: User, general: Room
    ) -> None:
        direct = Room.objects.create(kind=Room.Kind.DIRECT, name="")
        for user in (alice, bob):
            membership.add_member(direct.pk, user)
        message = post(bob, direct, "Between us")
        report(bob, post(alice, general))
        made = report(alice, message)
        address, theirs = reverse("chat:site-admin:reports"), page(site)
        shown = theirs.get(address).content.decode()
        assert all(words in shown for words in ("Rude words", "general", "Between us", "Direct conversation"))
        theirs.post(address, {"report": made.pk, "outcome": "deleted"})
        message.refresh_from_db()
        assert message.is_deleted
        assert "Between us" not in theirs.get(address).content.decode()
        assert "Between us" in theirs.get(address, {"show": "settled"}).content.decode()

    @pytest.mark.parametrize("name", ["reports", "audit", "audit-export", "announcements"])
    def test_only_administrators_find_the_page_of_the_site(self, name: str, alice: User, site: User) -> None:
        address = reverse(f"chat:site-admin:{name}")
        assert page(site).get(address).status_code == 200
        assert page(alice).get(address).status_code == 404


class TestAnnouncements:
    def test_an_announcement_is_made_for_a_time_shown_ended_and_logged(self, site: User) -> None:
        address, theirs = reverse("chat:site-admin:announcements"), page(site)
        assert theirs.post(address, {"text": "Maintenance\ntonight", "hours": "4"}).status_code == 302
        made = Announcement.objects.get()
        assert (made.text, made.by) == ("Maintenance tonight", site)
        assert made.until
        assert timedelta(hours=3.9) < made.until - timezone.now() <= timedelta(hours=4)
        assert "Shown now" in theirs.get(address).content.decode()
        theirs.post(address, {"text": "Another", "hours": ""})
        assert Announcement.objects.current().get().text == "Another"
        theirs.post(reverse("chat:site-admin:end-announcement", args=[Announcement.objects.latest("pk").pk]))
        assert Announcement.objects.current().get() == made
        acts = list(AuditEntry.objects.order_by("pk").values_list("act", "details__text"))
        assert [act for act, _text in acts] == ["site.announced", "site.announced", "site.announcement_ended"]
        assert acts[0][1] == "Maintenance tonight"

    def test_a_text_that_will_not_do_is_kept_in_the_form(self, site: User, alice: User) -> None:
        address, theirs = reverse("chat:site-admin:announcements"), page(site)
        answer = theirs.post(address, {"text": "x" * 501, "hours": ""})
        assert answer.status_code == 422
        assert "x" * 501 in answer.content.decode()
        assert theirs.post(address, {"text": " ", "hours": ""}).status_code == 422
        assert page(alice).post(address, {"text": "Hello", "hours": ""}).status_code == 404
        assert not Announcement.objects.exists()

    def test_an_announcement_that_has_ended_is_not_ended_again(self, site: User) -> None:
        made = announcements.announce(Actor(site), "Hello", timezone.now() + timedelta(hours=1))
        for _ in range(2):
            announcements.end(Actor(site), made.pk)
        assert AuditEntry.objects.filter(act=Act.ANNOUNCEMENT_ENDED).count() == 1


class TestDjangosAdmin:
    def test_the_admin_dismisses_reports_through_the_service(
        self, alice: User, bob: User, site: User, general: Room
    ) -> None:
        made = report(bob, post(alice, general))
        chosen = {"action": "dismiss", "_selected_action": [made.pk]}
        page(site).post(reverse("admin:chat_report_changelist"), chosen)
        made.refresh_from_db()
        assert (made.outcome, made.settled_by) == ("dismissed", site)
        assert AuditEntry.objects.filter(act=Act.REPORT_SETTLED, person_name="alice").count() == 1

    def test_the_admin_makes_and_ends_announcements_through_the_service(self, site: User) -> None:
        theirs = page(site)
        fields = {"text": " Hello ", "until_0": "", "until_1": ""}
        assert theirs.post(reverse("admin:chat_announcement_add"), fields).status_code == 302
        made = Announcement.objects.get()
        assert (made.text, made.by) == ("Hello", site)
        past = {"text": "Hello", "until_0": "2020-01-01", "until_1": "00:00"}
        assert "This time is in the past." in theirs.post(reverse("admin:chat_announcement_add"), past).content.decode()
        theirs.post(reverse("admin:chat_announcement_changelist"), {"action": "end", "_selected_action": [made.pk]})
        assert Announcement.objects.current().first() is None
        acts = AuditEntry.objects.order_by("pk").values_list("act", flat=True)
        assert list(acts) == ["site.announced", "site.announcement_ended"]

    @pytest.mark.parametrize("model", [AuditEntry, Report, Announcement])
    def test_the_admin_does_not_change_or_delete_records_of_moderation(self, model: Any, site: User, rf: Any) -> None:
        request = rf.get("/")
        request.user = site
        its = admin.site.get_model_admin(model)
        assert its.has_view_permission(request)
        assert not its.has_change_permission(request)
        assert not its.has_delete_permission(request)
        assert its.has_add_permission(request) == (model is Announcement)
