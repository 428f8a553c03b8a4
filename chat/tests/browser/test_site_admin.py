"""The site administration pages in a real browser."""

from collections.abc import Callable

import pytest
from selenium.webdriver import Keys
from selenium.webdriver.common.by import By

from accounts.models import User
from chat.models import Room
from chat.tests.browser.pages import OpenTab, Tab
from testing.processes import Server
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def listed(tab: Tab) -> bool:
    """Return True if Bob's tab is among the connections, with its room."""
    tab.go("/site/connections/?q=bob")
    return any("general" in row.text for row in tab.all("[data-connection]"))


def here_now(tab: Tab) -> str:
    """Return the count of the first room in the list. Read it in one script, since the list is redrawn now and then."""
    return str(tab.read("document.querySelector('[data-here]').textContent.trim()"))


def test_an_administrator_disconnects_a_tab_which_says_so_and_comes_back_when_it_is_asked(
    tab: OpenTab, admin_user: User, bob: User, general: Room
) -> None:
    his, theirs = tab(bob), tab(admin_user)
    his.open_room(general)
    eventually(lambda: listed(theirs), within=10)
    assert not theirs.barriers()

    row = theirs.one("[data-connection]")
    assert "Chrome on Linux" in row.text
    row.find_element(By.TAG_NAME, "button").click()
    assert his.says("An administrator disconnected you.")
    assert his.connection == "ended"
    his.browser.execute_script("document.dispatchEvent(new Event('visibilitychange'))")
    eventually(lambda: not listed(theirs), within=10)
    assert his.connection == "ended"

    his.one("connection-banner button").click()
    assert his.sees("bob")
    his.say("Here again")
    assert his.shows("Here again")
    assert not his.complaints()

    theirs.go("/site/rooms/")
    assert here_now(theirs) == "1"
    his.go("/")
    eventually(lambda: here_now(theirs) == "0", within=15)  # without a reload
    assert not theirs.barriers() + theirs.complaints()


def test_an_error_that_stays_lies_over_no_button(
    tab: OpenTab, servers: Callable[..., Server], admin_user: User, general: Room
) -> None:
    admin_user.set_password("alice's password")
    admin_user.save()
    page = tab(admin_user, on=servers(ROOMFUL_ADMIN_SECOND_FACTOR="1"))
    page.go("/accounts/2fa/totp/activate/")
    page.one("input[type=password]").send_keys("alice's password", Keys.ENTER)
    assert page.says("Administrators need a link from the server")
    over = """(() => {
        const { x, y, width, height } = document.querySelector(".bar > .button").getBoundingClientRect();
        return document.elementFromPoint(x + width / 2, y + height / 2).className;
    })()"""
    for width in (320, 1280):
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        assert page.read(over).startswith("button")
