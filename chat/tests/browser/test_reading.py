"""A long history: scrolling through it, and messages that count as read."""

import time
from uuid import uuid4

import pytest
from selenium.webdriver import Keys

from accounts.models import User
from chat.models import Membership, Room
from chat.services.messages import pins, posting
from chat.tests.browser.pages import OpenTab, Tab, first_new
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def post_many(author: User, room: Room, count: int, thread: int | None = None) -> list[int]:
    """Post numbered messages as fast as they are stored, and return their ids."""
    return [
        posting.post_message(author, room.pk, body=str(number), client_id=uuid4(), thread=thread).pk
        for number in range(count)
    ]


def scroll_on(page: Tab, to: int, wanted: str) -> None:
    """Scroll to the top (0) or the end (1) of the loaded messages until a message appears.

    No message may be skipped.
    """

    def is_there() -> bool:
        was_there = wanted in page.stored()
        page.browser.execute_script(
            "const log = document.querySelector('main .log'); log.scrollTop = arguments[0] * log.scrollHeight;", to
        )
        shown = [int(body) for body in page.stored()]
        assert shown == list(range(shown[0], shown[-1] + 1))
        assert len(shown) <= 700
        return was_there and wanted in map(str, shown)

    eventually(is_there, within=60)


def test_the_way_up_a_long_history_and_down_again_has_no_gap(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    ids = post_many(alice, general, 700)
    pins.pin(alice, general.pk, ids[40])
    page = tab(bob)
    page.open_room(general)
    scroll_on(page, 0, "0")
    assert "699" not in page.stored()  # the end was dropped
    scroll_on(page, 1, "699")
    eventually(lambda: not page.all("main .latest"))

    page.one("[data-opens=pins]").click()
    page.one(".card button").click()
    eventually(lambda: "40" in page.stored() and "699" not in page.stored())
    scroll_on(page, 1, "699")
    assert page.complaints() == []


def unread_in(room: Room, user: User) -> int:
    return Membership.objects.with_unread().get(room=room, user=user).unread


def in_sight(page: Tab, selector: str) -> bool:
    """Return True if an element is completely visible in its log, or over it."""
    script = """(() => {
        const element = document.querySelector(arguments[0]);
        if (!element) return false;
        const [is, log] = [element, element.closest("message-log")].map((each) => each.getBoundingClientRect());
        return log.top <= is.top && is.bottom <= log.bottom && log.left <= is.left && is.right <= log.right;
    })()"""
    return bool(page.read(script, selector))


COUNT_REPORTS = """window.reports = 0;
const { send } = WebSocket.prototype;
WebSocket.prototype.send = function (frame) {
    if (frame.includes('"room.read"')) window.reports += 1;
    send.call(this, frame);
};"""


def test_a_room_with_much_unread_opens_at_the_new_line_and_is_read_as_it_is_seen(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    post_many(alice, general, 242)
    page = tab(bob)
    page.open_room(general)
    eventually(lambda: unread_in(general, bob) < 242)
    left = unread_in(general, bob)
    assert left >= 200
    eventually(lambda: page.badge(general) == str(left))
    assert in_sight(page, "main .since")
    assert first_new(page) == "0"
    assert page.one("main .pill").text.startswith(f"{left} new since ")
    page.browser.set_window_size(390, 800)
    assert in_sight(page, "main .pill")
    page.browser.set_window_size(1280, 900)

    page.browser.execute_script(COUNT_REPORTS)
    started = time.monotonic()
    scroll_on(page, 1, "241")
    eventually(lambda: unread_in(general, bob) == 0)
    assert page.read("window.reports") <= time.monotonic() - started + 2
    eventually(lambda: page.badge(general) == "" and not page.all("main .pill"))

    page.look_away()
    post_many(alice, general, 60)
    eventually(lambda: page.badge(general) == "60")
    assert unread_in(general, bob) == 60  # no page is visible
    page.look_back()
    eventually(lambda: unread_in(general, bob) < 60)
    assert unread_in(general, bob) > 20
    assert in_sight(page, "main .since")
    page.write("").send_keys(Keys.ESCAPE)
    eventually(lambda: page.badge(general) == "" and not page.all("main .pill, main .since"))
    eventually(lambda: unread_in(general, bob) == 0)
    assert page.complaints() == []


def test_a_thread_with_much_unread_opens_at_the_new_line_too(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    root = posting.post_message(bob, general.pk, body="Who has the key?", client_id=uuid4()).pk
    post_many(alice, general, 130, thread=root)
    page = tab(bob)
    page.open_room(general)
    eventually(lambda: page.badge(general, "threads") == "130")
    page.open_thread("Who has the key?")
    eventually(lambda: page.badge(general, "threads") not in ("", "130"))
    assert int(page.badge(general, "threads")) > 90
    assert page.replies()[:2] == ["Who has the key?", "0"]
    assert in_sight(page, "room-side .since")
    page.one("room-side .pill [data-act=read]").click()
    eventually(lambda: page.badge(general, "threads") == "" and not page.all("room-side .pill"))
    assert page.complaints() == []
