"""The cost of drawing messages, and finding messages that the browser skips because they are out of sight."""

from uuid import uuid4

import pytest

from accounts.models import User
from chat.models import Membership, Room
from chat.services.messages import posting, read_positions
from chat.services.rooms import directs
from chat.tests.browser.drawing import Drawing
from chat.tests.browser.pages import OpenTab, Tab
from testing.browsers import Browser
from testing.processes import Server
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAMPLE = 25  # messages
STEP = 200  # px


@pytest.mark.alone
def test_a_message_costs_no_more_where_ten_times_as_many_are_drawn(
    browser: Browser, server: Server, alice: User, general: Room
) -> None:
    Tab(browser, server, alice).open_room(general)
    drawing = Drawing(browser)
    drawing.fill(60)
    few = drawing.cost_of_one(SAMPLE)
    drawing.fill(600)
    many = drawing.cost_of_one(SAMPLE)
    assert many.both < 1.8 * few.both, (few, many)  # 2.8 if each message is skipped separately
    assert many.styles < 2.5  # changes within a frame are drawn together
    assert many.layouts < 2.5


SHIFTS = """
const done = arguments[0];
const classes = ({ sources }) => sources.map(({ node }) => node?.className);
const noted = (list) => done(list.getEntries().map((entry) => [entry.value, classes(entry)]));
new PerformanceObserver(noted).observe({ type: "layout-shift", buffered: true });
setTimeout(() => done([]), 1000); // it says nothing where nothing moved
"""


def shifts(page: Tab) -> list[tuple[float, list[str]]]:
    """Return the layout shifts on the page that the reader did not cause."""
    return list(page.browser.execute_async_script(SHIFTS))


def test_nothing_moves_while_a_room_loads(tab: OpenTab, alice: User, bob: User, general: Room) -> None:
    talk = directs.open_direct(alice, [bob.pk])
    for number in range(60):
        post(bob, general, f"Message {number} " + "with some words " * (number % 30))
    for number in range(3):
        post(bob, talk, f"Message {number}")
    page = tab(alice)
    for read in (False, True):
        for room in (talk, general):
            page.open_room(room)
            moved = shifts(page)
            assert sum(value for value, _ in moved) < 0.01, (room.name, read, moved)
        read_positions.mark_read(alice, general.pk, general.messages.newest(1)[0].position)


def test_nothing_moves_in_a_room_that_has_more_above_than_was_loaded(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    # Short messages: the end of the room, or its "New" line, is near the top of the messages that are loaded first.
    ids = [post(bob, general, f"Message {number}") for number in range(90)]
    page = tab(alice)
    for last_read in (ids[42], ids[52], ids[-1]):
        page.browser.get("about:blank")  # the page reports its read position before the next one opens
        Membership.objects.filter(user=alice).update(last_read=general.messages.get(pk=last_read).position)
        page.open_room(general)
        moved = shifts(page)
        assert sum(value for value, _ in moved) < 0.01, (last_read, moved)
        assert page.read("document.querySelector('main .log').scrollTop") > 0
    assert len(page.stored()) < len(ids)
    page.browser.execute_script("document.querySelector('main .log').scrollBy(0, -100)")
    assert eventually(lambda: len(page.stored()) == len(ids))


# Scrolls up step by step, and returns the difference between each step and the movement on screen.
LEAPS = """
const [step, done] = arguments;
const log = document.querySelector("main .log");
const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
(async () => {
  const leaps = [];
  while (log.scrollTop > step) {
    const top = log.getBoundingClientRect().top;
    const article = [...log.querySelectorAll("article")].find((each) => each.getBoundingClientRect().top > top);
    const before = article.getBoundingClientRect().bottom; // its head may go as older ones come
    log.scrollTop -= step;
    await frame();
    await frame();
    leaps.push(Math.abs(article.getBoundingClientRect().bottom - before - step));
  }
  return Math.max(...leaps);
})().then(done);
"""


def test_scrolling_never_leaps_and_a_link_leads_to_what_was_skipped(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    bodies = [f"number {number} " + "a word and another " * (number % 17) for number in range(120)]
    ids = [post(author, general, body) for body, author in zip(bodies, [alice, alice, bob] * 40, strict=True)]
    Membership.objects.filter(user=alice).update(last_read=general.messages.latest("position").position)
    page = tab(alice)
    page.open_room(general)
    eventually(lambda: page.read("document.querySelector('main .log').scrollTop") > STEP)
    assert page.browser.execute_async_script(LEAPS, STEP) < 2
    top = "document.querySelector('main .log').scrollTop = 0"
    eventually(lambda: page.browser.execute_script(top) or len(page.stored()) == len(ids), within=20)
    page.browser.execute_script("document.querySelector('room-app').chat.lead({ id: arguments[0] })", ids[100])
    eventually(lambda: is_in_sight(page, ids[100]))
    page.browser.execute_script("document.querySelector('room-app').chat.lead({ id: arguments[0] })", ids[15])
    eventually(lambda: is_in_sight(page, ids[15]))
    assert not page.complaints()


def post(author: User, room: Room, body: str) -> int:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4()).pk


def is_in_sight(page: Tab, message: int) -> bool:
    script = """(() => {
        const { top, bottom } = document.querySelector(`main [data-id="${arguments[0]}"]`).getBoundingClientRect();
        const log = document.querySelector("main .log").getBoundingClientRect();
        return log.top < bottom && top < log.bottom;
    })()"""
    return bool(page.read(script, message))
