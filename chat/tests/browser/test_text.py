"""The text of messages in a real browser: spoilers, long messages, right-to-left lists, and the help on formatting."""

from typing import Any
from uuid import uuid4

import pytest
from selenium.webdriver import Keys

from accounts.models import User
from chat.models import Message, Room
from chat.services.messages import posting, reactions
from chat.tests.browser.pages import OpenTab, Tab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "\n".join(f"Line {number}" for number in range(60))


def post(author: User, room: Room, body: str, **details: Any) -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details)


def focus(page: Tab, selector: str) -> None:
    page.browser.execute_script("document.querySelector(arguments[0]).focus()", selector)


def press(page: Tab, key: str) -> None:
    page.browser.switch_to.active_element.send_keys(key)


def test_a_spoiler_is_hidden_until_enter_is_pressed_and_in_quotes_for_good(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    quoted = post(bob, general, "It was ||the *gardener*|| who did it")
    post(bob, general, "Told you", quote=quoted.pk)
    page = tab(alice)
    page.open_room(general)
    inner = page.one(".spoiler > span")
    assert page.one(".spoiler").accessible_name == "Spoiler: show"
    assert (inner.text, inner.is_displayed()) == ("", False)
    assert page.one(".message .quote").text == "Bob It was ▒▒▒ who did it"
    focus(page, ".spoiler")
    press(page, Keys.ENTER)
    assert (inner.text, inner.is_displayed()) == ("the gardener", True)
    assert page.read("document.activeElement.className") == "spoiler"
    page.act("It was the gardener who did it", "quote")
    assert "▒▒▒" in page.one(".quoting").text


def test_a_long_message_is_folded_until_somebody_wants_more_of_it(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    long = post(bob, general, LONG)
    for number in range(30):
        post(bob, general, f"Message {number}")
    post(bob, general, "See above", quote=long.pk)
    page = tab(alice)
    page.open_room(general)
    shown = f"article[data-id='{long.pk}']"

    def lines() -> int:
        height = "const body = document.querySelector(arguments[0] + ' .body'); return body.clientHeight"
        line = "return parseFloat(getComputedStyle(document.querySelector(arguments[0] + ' .body')).lineHeight)"
        run = page.browser.execute_script
        return round(run(height, shown) / run(line, shown))

    def is_folded_in_sight() -> bool:
        page.browser.execute_script("document.querySelector(arguments[0]).scrollIntoView()", shown)
        return lines() == 20

    eventually(is_folded_in_sight)
    focus(page, f"{shown} .more-text")
    press(page, Keys.ENTER)
    eventually(lambda: lines() >= 60)
    assert page.one(f"{shown} .more-text").text == "Show less"
    reactions.add_reaction(bob, general.pk, long.pk, "👍")
    eventually(lambda: page.all(f"{shown} .chip"))
    assert lines() >= 60
    press(page, Keys.ENTER)
    eventually(lambda: lines() == 20)
    page.press(f"button.quote[data-quote='{long.pk}']")
    eventually(lambda: lines() >= 60)


def test_the_sign_of_an_item_stands_before_its_words_in_both_directions(
    tab: OpenTab, alice: User, general: Room
) -> None:
    post(alice, general, "List:\n- אחת שתיים\n- one two")
    page = tab(alice)
    page.open_room(general)
    directions = "[...document.querySelectorAll('.body li')].map((item) => getComputedStyle(item).direction)"
    assert page.read(directions) == ["rtl", "ltr"]
    margins = "[...document.querySelectorAll('.body li')].map((item) => getComputedStyle(item).marginRight)"
    assert page.read(margins) == ["22px", "0px"]


def test_addresses_in_a_description_end_where_those_in_messages_do(tab: OpenTab, alice: User, general: Room) -> None:
    general.topic = (
        "见https://example.net/x，谢谢 (https://example.net/a.) https://example.net/q_(r) „https://b.example.“"
    )
    general.topic += " http://bank.example／login.evil.example/ xhttps://c.example"
    general.save()
    page = tab(alice)
    page.open_room(general)
    page.browser.execute_script("document.querySelector('room-header [data-act=about]').click()")
    links = "[...document.querySelectorAll('.topic-line a')].map((link) => link.textContent)"
    wanted = ["https://example.net/x", "https://example.net/a", "https://example.net/q_(r)", "https://b.example"]
    eventually(lambda: page.read(links) == wanted)


def test_the_help_on_formatting_opens_and_closes_by_keyboard(tab: OpenTab, alice: User, general: Room) -> None:
    page = tab(alice)
    page.open_room(general)
    page.write("a draft")
    focus(page, ".composer .format")
    press(page, Keys.ENTER)
    eventually(lambda: page.all("dialog.formatting[open]"))
    rows = page.read("[...document.querySelectorAll('.examples > tbody > tr')].map((row) => row.innerText)")
    assert any("||text||" in row for row in rows)
    assert any("- [ ] text" in row for row in rows)
    press(page, Keys.ESCAPE)
    eventually(lambda: not page.all("dialog.formatting"))
    assert page.read("document.activeElement.classList.contains('format')")
    assert page.read("document.querySelector('.composer textarea').value") == "a draft"
