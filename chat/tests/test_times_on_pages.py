"""Times on server-rendered pages: readable, in the time zone of the user's profile, also without scripts."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from chat.models import AuditEntry, Room
from chat.permissions.actor import Actor
from chat.services.messages import posting
from chat.services.moderation import moderation, mutes, reports
from chat.services.rooms import invites
from chat.services.site import announcements
from chat.tests.helpers.html import Reader

pytestmark = pytest.mark.django_db

ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


@pytest.fixture
def site(db: None) -> User:
    return User.objects.create_superuser("site", "site@example.org")


def page(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def _everything_with_a_time(site: User, alice: User, bob: User, mallory: User, general: Room) -> None:
    by, later = Actor(alice), timezone.now() + timedelta(days=2)
    mutes.mute(by, general.pk, bob.pk, until=later, reason="Too loud")
    moderation.ban(by, general.pk, mallory.pk, until=later, reason="Spam")
    invites.make_link(by, general.pk, expires_at=later)
    said = posting.post_message(alice, general.pk, body="Hello", client_id=uuid4())
    reports.report_message(bob, general.pk, said.pk, "Rude")
    announcements.announce(Actor(site, has_shown_factor=True), "Back soon", until=later)


@pytest.mark.usefixtures("_everything_with_a_time")
def test_no_page_shows_a_time_as_machines_write_it(site: User, general: Room) -> None:
    rooms = ["moderation", "invites", "reports", "log", "members"]
    addresses = [reverse(f"chat:room-settings:{name}", args=[general.pk]) for name in rooms]
    sites = ["announcements", "audit", "reports", "people", "rooms"]
    addresses += [reverse(f"chat:site-admin:{name}") for name in sites]
    for address in addresses:
        answer = page(site).get(address)
        assert answer.status_code == 200, address
        shown = Reader(answer.content.decode())
        times = [attributes for tag, attributes in shown.tags if tag == "time"]
        assert times or "site" in address, address
        assert all(attributes.get("data-as") for attributes in times), address
        assert not ISO.search(shown.text), address
        assert "UTC" not in shown.text, address
        assert not re.search(r"\d [ap]\.m\.", re.sub(r"<time.*?</time>", "", answer.content.decode())), address


def test_times_and_days_that_are_searched_for_are_those_of_the_profiles_zone(site: User, alice: User) -> None:
    late = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
    AuditEntry(act=AuditEntry.Act.PERSON_BANNED, reason="Spam", at=late).save()
    address = reverse("chat:site-admin:audit")

    def shown(day: str) -> str:
        return Reader(page(site).get(address, {"since": day, "until": day}).content.decode()).text

    assert "March 9, 2026 23:30:00" in shown("2026-03-09")
    site.time_zone = "Europe/Berlin"
    site.save()
    assert "March 10, 2026 00:30:00" in shown("2026-03-10")
    assert "Spam" not in shown("2026-03-09")
