"""Times in pages: by the server's clock, in the time zone of the user's profile."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from chat.models import Membership, Room
from chat.permissions.actor import Actor
from chat.services.moderation import mutes
from chat.tests.browser.pages import OpenTab, Tab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The browser's clock is wrong. Durations that the page measures without a clock stay right.
WRONG_CLOCK = """{
    const Right = Date;
    globalThis.Date = class extends Right {
        constructor(...given) { given.length ? super(...given) : super(Right.now() + SHIFT); }
        static now() { return Right.now() + SHIFT; }
    };
}"""

CHOSEN = """const done = arguments[0];
import("/static/chat/rules/expiry-options.js").then(({ endOf }) => done(endOf("half-hour")));"""

BY_CALENDAR = """const [cases, done] = arguments;
import("/static/chat/lib/times.js").then(({ dayOf, dayKeyOf, endOfDay }) => done(cases.map(([date, now]) =>
    now ? dayOf(new Date(date), new Date(now)) : endOfDay(dayKeyOf(new Date(date))).toISOString())));"""


IN_THE_ROOM = """const [date, done] = arguments;
import("/static/chat/lib/times.js").then(({ momentOf }) => done(momentOf(new Date(date))));"""


def run(page: Tab, script: str, *arguments: object) -> Any:
    return page.browser.execute_async_script(script, *arguments)


@pytest.mark.parametrize("hours", [-2, 2])
def test_mutes_and_ends_that_one_chooses_are_right_though_the_clock_of_the_page_is_hours_off(
    tab: OpenTab, alice: User, bob: User, general: Room, hours: int
) -> None:
    page = tab(bob)
    source = WRONG_CLOCK.replace("SHIFT", str(hours * 3_600_000))
    page.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})
    page.open_room(general)
    assert abs(float(page.read("Date.now()")) / 1000 - timezone.now().timestamp()) > 7_000
    assert page.one("main textarea[name=body]").is_displayed()

    mutes.mute(Actor(alice), general.pk, bob.pk, until=timezone.now() + timedelta(hours=1))
    eventually(lambda: not page.one("main textarea[name=body]").is_displayed())
    Membership.objects.filter(room=general, user=bob).update(muted_until=timezone.now() + timedelta(seconds=8))
    page.open_room(general)
    assert not page.one("main textarea[name=body]").is_displayed()
    eventually(lambda: page.one("main textarea[name=body]").is_displayed(), within=15)

    chosen = datetime.fromisoformat(run(page, CHOSEN)) - timezone.now()
    assert timedelta(minutes=29) < chosen < timedelta(minutes=31)


def test_times_are_those_of_the_profiles_zone_and_calendar_in_rooms_and_on_other_pages(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    alice.time_zone = "Europe/Berlin"
    alice.save()
    page = tab(alice)
    page.open_room(general)
    expected = {
        # Clocks go forward on March 29, so that it has 23 hours.
        ("2026-03-29T10:00:00Z", "2026-03-29T22:30:00Z"): "Yesterday",
        ("2026-03-28T23:10:00Z", "2026-03-29T22:30:00Z"): "Yesterday",
        ("2026-03-28T22:50:00Z", "2026-03-29T22:30:00Z"): "Saturday, March 28",
        ("2026-03-29T22:10:00Z", "2026-03-29T22:30:00Z"): "Today",
        # They go back on October 25, which has 25.
        ("2026-10-24T22:05:00Z", "2026-10-25T22:50:00Z"): "Today",
        ("2026-10-24T22:05:00Z", "2026-10-25T23:30:00Z"): "Yesterday",
        ("2026-10-24T21:55:00Z", "2026-10-25T23:30:00Z"): "Saturday, October 24",
        ("2025-12-30T23:30:00Z", "2025-12-31T23:30:00Z"): "Yesterday",
        ("2026-03-29T10:00:00Z", None): "2026-03-29T21:59:59.000Z",
        ("2026-10-25T10:00:00Z", None): "2026-10-25T22:59:59.000Z",
    }
    assert run(page, BY_CALENDAR, [list(case) for case in expected]) == list(expected.values())

    until = timezone.now() + timedelta(days=3)
    mutes.mute(Actor(alice), general.pk, bob.pk, until=until)
    page.go(f"/rooms/{general.pk}/settings/moderation/")
    words = run(page, IN_THE_ROOM, until.isoformat())
    assert eventually(lambda: page.one("time[data-as=moment]").text == words)
    assert page.complaints() == []
