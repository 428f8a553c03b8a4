"""The typing indicator, which appears and never gets stuck."""

import pytest
from selenium.webdriver import Keys

from accounts.models import User
from chat.models import Room
from chat.tests.browser.pages import OpenTab, Tab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOLDS = 6  # s, after which an entry expires


def typing(page: Tab, where: str = "main") -> str:
    return str(page.one(f"{where} typing-line").get_attribute("data-typing"))


def test_a_typing_member_is_shown_until_they_send_stop_or_close_their_page(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    hers, his = tab(alice), tab(bob)
    for each in (hers, his):
        each.open_room(general)
    before = hers.one("main .log").rect
    his.write("On my w")
    eventually(lambda: typing(hers) == "bob")
    assert hers.one("typing-line").text == "Bob is typing…"
    assert hers.one("main .log").rect == before
    his.write("ay").send_keys(Keys.ENTER)
    assert hers.shows("On my way")
    eventually(lambda: typing(hers) == "", within=2)

    his.write("Or not")
    eventually(lambda: typing(hers) == "bob")
    his.write("").send_keys(Keys.CONTROL, "a", Keys.DELETE)
    eventually(lambda: typing(hers) == "", within=2)

    his.open_thread("On my way")
    his.one("room-side textarea[name=body]").send_keys("By boat")
    hers.open_thread("On my way")
    his.one("room-side textarea[name=body]").send_keys("?")
    eventually(lambda: typing(hers, "room-side") == "bob", within=HOLDS)
    assert typing(hers) == ""
    his.browser.get("about:blank")
    eventually(lambda: typing(hers, "room-side") == "", within=HOLDS + 2)
    assert not hers.complaints()
