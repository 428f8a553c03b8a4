"""The text of messages in a real browser: spoilers, long messages, right-to-left lists, and help on formatting."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from selenium.webdriver import Keys
from selenium.webdriver.remote.webelement import WebElement

from accounts.models import User
from chat.models import Message, Room
from chat.permissions.actor import Actor
from chat.services.messages import editing, posting, reactions
from chat.services.rooms import settings
from chat.tests.browser.pages import OpenTab, Tab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Simulates how the browser's search reveals a match; `window.find` only selects it.
REVEAL = "getSelection().anchorNode.parentElement.scrollIntoView({ block: 'center' })"
# Returns if the selection is visible: within the log, and not hidden by a fold.
SELECTED_IN_SIGHT = """(() => {
    const range = getSelection().getRangeAt(0).getBoundingClientRect();
    const around = ["main .log", "article"].map((each) =>
        getSelection().anchorNode.parentElement.closest(each).getBoundingClientRect());
    const folds = getSelection().anchorNode.parentElement.closest("long-text[data-long]:not([data-open])");
    return !folds && range.height > 0 && around.every(({ top, bottom }) => top <= range.top && range.bottom <= bottom);
})()"""
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


def test_the_search_of_the_browser_finds_what_is_out_of_sight_and_what_is_folded(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    far = post(bob, general, "A gannet far above")
    filler = [post(bob, general, f"Message {number} " + "with some words " * (number % 20)) for number in range(90)]
    folded = post(bob, general, LONG + "\n**a gannet below the fold**")
    action = post(bob, general, LONG + "\n**a shag below the fold**", kind="action")
    for number in range(20):
        post(bob, general, f"Afterwards {number}")
    page = tab(alice)
    page.open_room(general)
    top = "document.querySelector('main .log').scrollTop = 0"
    eventually(lambda: page.browser.execute_script(top) or page.all(f"article[data-id='{far.pk}']"), within=20)
    page.browser.execute_script("document.querySelector('main .log').scrollTop = 1e6")
    eventually(lambda: page.all(f"article[data-id='{folded.pk}']"))

    for words, found in (("gannet", far), ("gannet", folded), ("shag", action)):
        assert page.read("find(arguments[0], false, false, true)", words)
        assert page.read("getSelection().toString()") == words
        assert page.read("getSelection().anchorNode.parentElement.closest('article').dataset.id") == str(found.pk)
        page.browser.execute_script(REVEAL)
        eventually(lambda: page.read(SELECTED_IN_SIGHT), within=2)
    assert len(page.stored()) > len(filler)
    for message in (folded, action):
        assert page.one(f"article[data-id='{message.pk}'] .more-text").text == "Show less"
    assert page.complaints() == []


def test_the_sign_of_an_item_stands_before_its_words_in_both_directions(
    tab: OpenTab, alice: User, general: Room
) -> None:
    post(alice, general, "List:\n- אחת שתיים\n- one two\n- 1. «اثنان» two\n\n7. ⚠️ שלוש\n   - four\n   - [x] חמש")
    page = tab(alice)
    page.open_room(general)
    directions = "[...document.querySelectorAll('.body li')].map((item) => getComputedStyle(item).direction)"
    assert page.read(directions) == ["rtl", "ltr", "rtl", "rtl", "ltr", "rtl"]
    margins = "[...document.querySelectorAll('.body li')].map((item) => getComputedStyle(item).marginRight)"
    assert page.read(margins) == ["22px", "0px", "22px", "28px", "0px", "22px"]


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


EDGE = 1  # pixels
# A low line height simulates fonts that stack marks higher.
LOW_LINES = """const style = new CSSStyleSheet();
style.replaceSync(":is(article.message .body, .edits .version, .about > p) { line-height: 6px; }");
document.adoptedStyleSheets = [style];"""
HEAP = "a \u0639" + "\u0651\u064d" * 30
HEAPS = ["Z" + "\u0301\u0316" * 40, HEAP, "a \u0628" + "\u0652" * 40, HEAP]


def is_untouched_by(page: Tab, words: WebElement, near: str) -> bool:
    """Return True if an element looks the same when the elements near it are hidden."""
    hide = "document.querySelectorAll(arguments[0]).forEach((each) => (each.style.visibility = arguments[1]))"
    shown = pixels(words)
    page.browser.execute_script(hide, near, "hidden")
    alone = pixels(words)
    page.browser.execute_script(hide, near, "")
    return shown == alone


def pixels(words: WebElement) -> bytes:
    """Return the pixels of an element without its edges, which its neighbours may overlap."""
    with Image.open(BytesIO(words.screenshot_as_png)) as picture:
        return picture.crop((0, EDGE, picture.width, picture.height - EDGE)).tobytes()


def test_marks_in_heaps_are_drawn_over_no_other_words(tab: OpenTab, alice: User, bob: User, general: Room) -> None:
    for heap, author in zip([*HEAPS, "Below"], [alice, bob] * 3, strict=False):
        post(author, general, heap)
    post(bob, general, f"waves {HEAP}", kind="action")
    edited = post(alice, general, HEAP)
    editing.edit_message(alice, general.pk, edited.pk, f"b {HEAP}")
    settings.change_settings(general.pk, by=Actor(alice), topic=HEAP, description=HEAP)
    page = tab(alice)
    page.open_room(general)
    page.browser.execute_script(LOW_LINES)
    for name in page.all("article.message .by"):
        assert is_untouched_by(page, name, "article.message .body"), name.text
    for body in page.all("article[data-kind=text] .body"):
        assert is_untouched_by(page, body, "article:not([data-kind=text]) .body"), body.text
    page.press("article.message .edited")
    eventually(lambda: len(page.all("dialog.edits[open] .when")) == 2)
    for time in page.all("dialog.edits .when"):
        assert is_untouched_by(page, time, "dialog.edits .version"), time.text
    press(page, Keys.ESCAPE)
    page.browser.execute_script("document.querySelector('room-header [data-act=about]').click()")
    for words in (".about h2", ".about .works"):
        assert is_untouched_by(page, page.one(words), ".about > p"), words
    assert is_untouched_by(page, page.one(".about .topic-line"), ".about .description")
    press(page, Keys.ESCAPE)
    unclip = "document.querySelectorAll('.said, article > p').forEach((each) => (each.style.clipPath = 'none'))"
    page.browser.execute_script(unclip)
    assert not all(is_untouched_by(page, name, "article.message .body") for name in page.all("article.message .by"))
