"""Statuses of users, as they set them and others see them."""

from datetime import timedelta

import pytest
from django.utils import timezone
from selenium.webdriver import Keys
from selenium.webdriver.support.select import Select

from accounts.models import User
from chat.models import Room
from chat.services.people.status import set_status
from chat.tests.browser.pages import OpenTab, Tab
from chat.tests.browser.test_typing import typing
from testing.processes import Server
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOMENT = 3  # s


@pytest.fixture
def both(tab: OpenTab, alice: User, bob: User, general: Room) -> tuple[Tab, Tab]:
    """Open the same room as Alice and as Bob."""
    hers, his = tab(alice), tab(bob)
    for each in (hers, his):
        each.open_room(general)
    assert hers.sees("alice", "bob")
    return hers, his


def test_a_status_is_seen_by_the_other_within_a_moment_and_in_all_tabs(both: tuple[Tab, Tab], general: Room) -> None:
    hers, his = both
    his.browser.switch_to.new_window("tab")
    his.open_room(general)
    his.open_status()
    assert his.barriers() == []
    his.one(".status-dialog [aria-haspopup]").click()
    his.one(".status-dialog .picker input").send_keys("tada", Keys.ENTER)
    his.one(".status-dialog input[name=text]").send_keys("on a boat")
    Select(his.one("#status-ends")).select_by_visible_text("1 hour")
    his.one(".status-dialog input[name=text]").send_keys(Keys.ENTER)
    eventually(lambda: "on a boat" in hers.says_of("bob"), within=MOMENT)
    assert "🎉" in hers.person("bob").text
    assert "🎉 on a boat" in his.one("account-menu summary").text
    assert not his.all(".status-dialog[open]")

    first, _ = his.browser.window_handles
    his.browser.switch_to.window(first)
    eventually(lambda: "🎉 on a boat" in his.one("account-menu summary").text)
    his.open_status()
    his.one(".status-dialog [data-act=clear]").click()
    eventually(lambda: "on a boat" not in hers.says_of("bob"), within=MOMENT)
    assert says_of_oneself(his) == "Online"
    assert not hers.complaints() + his.complaints()


def test_do_not_disturb_and_away_are_seen_as_shapes_and_words(both: tuple[Tab, Tab]) -> None:
    hers, his = both
    for mode, words in {"dnd": "do not disturb", "away": "away"}.items():
        his.choose(mode)
        eventually(lambda words=words: words in hers.says_of("bob"), within=MOMENT)  # type: ignore[misc]
        assert hers.all(f'.person[data-user="bob"] .dot.{mode}')
        assert hers.person("bob").is_displayed()
    his.choose("auto")
    eventually(lambda: hers.says_of("bob") == "@bob", within=MOMENT)


def test_the_invisible_look_offline_and_nobody_sees_them_type(both: tuple[Tab, Tab]) -> None:
    hers, his = both
    his.write("Seen")
    eventually(lambda: typing(hers) == "bob")
    his.write("").send_keys(Keys.CONTROL, "a", Keys.DELETE)
    eventually(lambda: typing(hers) == "")

    his.one("account-menu summary").click()
    assert "You’ll look offline to everyone else" in his.one("account-menu [data-mode=invisible]").text
    his.one("account-menu summary").click()
    his.choose("invisible")
    assert hers.sees("alice", within=MOMENT)
    assert hers.people("offline") == ["bob"]
    assert hers.counts() == {"here": 1, "offline": 1}
    assert says_of_oneself(his) == "Invisible"
    his.write("Unseen")
    hers.say("Is anybody there?")
    assert his.shows("Is anybody there?")
    his.write("!")
    hers.say("Nobody")
    assert his.shows("Nobody")
    assert typing(hers) == ""

    his.choose("auto")
    assert hers.sees("alice", "bob", within=MOMENT)


def test_a_status_ends_by_itself(both: tuple[Tab, Tab], bob: User) -> None:
    hers, his = both
    set_status(bob, text="back in no time", emoji="⏳", until=timezone.now() + timedelta(seconds=5))
    eventually(lambda: "back in no time" in hers.says_of("bob"), within=MOMENT)
    eventually(lambda: says_of_oneself(his) == "⏳ back in no time")
    eventually(lambda: hers.says_of("bob") == "@bob", within=8)
    eventually(lambda: says_of_oneself(his) == "Online")


def says_of_oneself(tab: Tab) -> str:
    return str(tab.read("document.querySelector('account-menu small').innerText"))


def test_a_user_without_a_connection_cannot_set_a_status(both: tuple[Tab, Tab], server: Server) -> None:
    hers, _ = both
    hers.open_status()
    assert hers.one(".status-dialog .buttons .button:not(.quiet)").is_enabled()
    server.kill()
    eventually(lambda: not hers.one(".status-dialog .buttons .button:not(.quiet)").is_enabled())
    assert says_of_oneself(hers) == "Not connected"


def test_a_refused_status_is_explained_in_the_dialog(both: tuple[Tab, Tab]) -> None:
    hers, his = both
    his.open_status()
    field = his.one(".status-dialog input[name=text]")
    his.browser.execute_script("arguments[0].removeAttribute('maxlength')", field)
    field.send_keys("x" * 101, Keys.ENTER)
    eventually(lambda: "at most 100" in his.one(".status-dialog [role=alert]").text)
    field.send_keys(Keys.BACKSPACE, Keys.ENTER)
    eventually(lambda: not his.all(".status-dialog[open]"))
    eventually(lambda: "x" * 100 in hers.says_of("bob"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_status_menu_and_dialog_are_accessible(both: tuple[Tab, Tab], scheme: str) -> None:
    hers, his = both
    his.choose("dnd")
    hers.prefers(scheme)
    hers.one("account-menu summary").click()
    assert hers.barriers() == []
    hers.one("account-menu [data-act=status]").click()
    hers.one(".status-dialog[open]")
    assert hers.barriers() == []
    hers.one(".status-dialog input[name=text]").send_keys(Keys.ESCAPE)
    eventually(lambda: not hers.all(".status-dialog[open]"))
    assert hers.read("document.activeElement.matches('account-menu summary')")
    assert hers.complaints() == []
