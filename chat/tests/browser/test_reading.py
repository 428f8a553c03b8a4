"""Reading a long history: the way through it, and what counts as read."""

from uuid import uuid4

import pytest

from accounts.models import User
from chat.models import Room
from chat.services import messages, pins
from chat.tests.browser.pages import OpenTab, Tab
from project.testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def post_many(author: User, room: Room, count: int) -> list[int]:
    """Post messages that say their number, as fast as they are stored. Returns their ids."""
    return [messages.post_message(author, room.pk, body=str(number), client_id=uuid4()).pk for number in range(count)]


def scroll_on(page: Tab, to: int, wanted: str) -> None:
    """Scroll on to the top (0) or the end (1) of what is loaded until a message is there; nothing may be left out."""

    def is_there() -> bool:
        page.browser.execute_script(
            "const log = document.querySelector('main .log'); log.scrollTop = arguments[0] * log.scrollHeight;", to
        )
        shown = [int(body) for body in page.stored()]
        assert shown == list(range(shown[0], shown[-1] + 1))
        assert len(shown) <= 700
        return wanted in map(str, shown)

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
