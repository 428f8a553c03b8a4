"""The page by keyboard only: focus, Escape, and the browser's Back button."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from selenium.webdriver import ActionChains, Keys

from accounts.models import User
from chat.models import Room
from chat.services.messages import posting
from chat.services.rooms import directs, membership
from chat.tests.browser.pages import OpenTab, Tab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK, TABLET, PHONE = (1280, 900), (900, 800), (390, 844)
BODY = "textarea[name=body]"
# Layers over the page, or beside it.
LAYERS = "dialog[open], :popover-open, pop-menu details[open], room-app:not([data-drawer='']), message-editor"
OPEN = f"""document.querySelectorAll("{LAYERS}").length + (document.querySelector("room-app").dataset.side ? 1 : 0)"""


@pytest.fixture
def birds(alice: User) -> Room:
    return membership.create_room(alice, "birds")


def post(author: User, room: Room, body: str, **details: object) -> int:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details).pk


def press(page: Tab, *keys: str) -> None:
    """Press keys on the focused element, or on the page if none has the focus."""
    chain = ActionChains(page.browser)
    for key in keys[:-1]:
        chain.key_down(key)
    chain.send_keys(keys[-1])
    for key in keys[:-1]:
        chain.key_up(key)
    chain.perform()


def has_focus(page: Tab, selector: str) -> bool:
    return bool(eventually(lambda: page.read("document.activeElement.matches(arguments[0])", selector)))


def focus(page: Tab, selector: str) -> None:
    page.one(selector)
    page.browser.execute_script("document.querySelector(arguments[0]).focus()", selector)
    has_focus(page, selector)


def closes(page: Tab, opening: Callable[[], object], back: str) -> None:
    """Open a layer, which takes the focus. Close it with Escape, which restores the focus."""
    opening()
    eventually(lambda: page.read(OPEN))
    eventually(lambda: page.read(f"!document.activeElement.matches({f'body, {back}'!r})"))
    press(page, Keys.ESCAPE)
    eventually(lambda: not page.read(OPEN))
    assert has_focus(page, back), page.read("document.activeElement.outerHTML.slice(0, 300)")


def test_escape_closes_each_layer_and_the_focus_is_where_it_was(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    said = post(bob, general, "Hello")
    mine = post(alice, general, "Mine")
    post(bob, general, "A reply", thread=said)
    page = tab(alice)
    page.browser.set_window_size(*DESK)
    page.open_room(general)
    his, hers = f'article[data-id="{said}"]', f'article[data-id="{mine}"]'

    def from_menu(article: str, act: str) -> Callable[[], None]:
        def opening() -> None:
            focus(page, article)
            press(page, Keys.ENTER)
            page.one(".acts-menu:popover-open")
            page.press(f".acts-menu:popover-open [data-act={act}]")

        return opening

    def by(selector: str, *keys: str) -> Callable[[], None]:
        def opening() -> None:
            focus(page, selector)
            press(page, *(keys or (Keys.ENTER,)))

        return opening

    closes(page, by(his), his)
    for act in ("delete", "report", "block", "purge", "thread"):
        closes(page, from_menu(his, act), his)
    for act in ("delete", "edit"):
        closes(page, from_menu(hers, act), hers if act == "delete" else BODY)
    closes(page, by(f"{his} .name"), f"{his} .name")
    link = f'a[data-room="{general.pk}"]'
    closes(page, by(link, Keys.SHIFT, Keys.F10), f'[data-menu="{general.pk}"], {link}')
    for opener in (
        "account-menu summary",
        ".room-header summary",
        "[data-act=write]",
        "main .format",
        "[data-opens=threads]",
        "[data-opens=pins]",
    ):
        closes(page, by(opener), opener)
    for menu, act in (("account-menu summary", "status"), (".room-header summary", "about")):
        by(menu)()
        closes(page, lambda act=act: page.press(f"[data-act={act}]"), menu)  # type: ignore[misc]

    for size, drawers in ((TABLET, ["roster"]), (PHONE, ["roster", "rail"])):
        page.browser.set_window_size(*size)
        for drawer in drawers:
            closes(page, by(f".opens-{drawer}"), f".opens-{drawer}")
    assert page.complaints() == []


def test_back_closes_a_thread_or_a_drawer_and_a_thread_has_an_address(
    tab: OpenTab, alice: User, bob: User, general: Room, birds: Room
) -> None:
    said = post(bob, general, "Who has the key?")
    post(alice, general, "I do", thread=said)
    page = tab(alice)
    page.browser.set_window_size(*PHONE)
    page.open_room(birds)
    page.open_room(general)
    page.browser.execute_script("window.sameDocument = true")
    room, thread = general.get_absolute_url(), f"{general.get_absolute_url()}threads/{said}/"

    def at(path: str) -> bool:
        return eventually(lambda: page.browser.current_url.removeprefix(page.server.url) == path)

    page.one(".replies").click()
    assert at(thread)
    assert eventually(lambda: page.replies() == ["Who has the key?", "I do"])
    page.browser.back()
    assert at(room)
    assert eventually(lambda: not page.read(OPEN))
    for drawer in ("rail", "roster"):
        page.one(f".opens-{drawer}").click()
        eventually(lambda: page.read(OPEN))
        page.browser.back()
        assert eventually(lambda: not page.read(OPEN))
        assert at(room)
    # A layer closed on the page leaves no step in the history.
    page.one(".replies").click()
    assert at(thread)
    page.one("room-side .side-header .tool:last-child").click()
    assert at(room)
    # The rooms' drawer leads to another room, and Back to the one before.
    page.one(".opens-rail").click()
    page.one(f'a[data-room="{birds.pk}"]').click()
    assert at(birds.get_absolute_url())
    page.browser.back()
    assert at(room)
    assert not page.read(OPEN)
    assert page.read("window.sameDocument") is True

    # The address of a thread works for other users, and after a reload.
    other = tab(bob)
    other.go(thread)
    assert eventually(lambda: other.replies() == ["Who has the key?", "I do"])
    other.browser.refresh()
    assert eventually(lambda: other.replies() == ["Who has the key?", "I do"])
    other.one("room-side .side-header .tool:last-child").click()
    assert eventually(lambda: other.browser.current_url.endswith(room))


def test_the_message_field_is_few_tab_stops_away_and_the_rooms_are_one(
    tab: OpenTab, alice: User, general: Room, birds: Room
) -> None:
    for number in range(40):
        membership.create_room(alice, f"room-{number}")
    for number in range(30):
        post(alice, general, f"Message {number}")
    page = tab(alice)
    page.browser.set_window_size(*DESK)
    page.open_room(general)
    page.browser.execute_script("document.activeElement.blur(); getSelection().removeAllRanges()")
    page.browser.execute_script("document.body.tabIndex = -1; document.body.focus()")

    def stops_to(selector: str, most: int) -> int:
        for count in range(1, most + 1):
            press(page, Keys.TAB)
            if page.read("document.activeElement.matches(arguments[0])", selector):
                return count
        raise AssertionError(f"{selector} is more than {most} stops away")

    assert stops_to("a.skip[href='#rooms']", 2) == 2
    press(page, Keys.ENTER)
    assert has_focus(page, f'a[data-room="{general.pk}"]')
    press(page, Keys.ARROW_UP)
    assert has_focus(page, f'a[data-room="{birds.pk}"]')
    press(page, Keys.END)
    assert has_focus(page, "li:last-child a[data-room]")
    press(page, Keys.HOME)
    assert has_focus(page, f'a[data-room="{birds.pk}"]')
    press(page, Keys.SHIFT, Keys.F10)
    page.one(".acts-menu:popover-open [data-act=favourite]").click()
    assert page.one(f'[data-section=favourites] a[data-room="{birds.pk}"]')
    page.browser.execute_script("document.body.focus()")
    assert stops_to(BODY, 5) <= 5
    assert stops_to("a[data-room]", 30) < 30
    press(page, Keys.TAB)
    assert page.read("document.activeElement.matches('a[data-room], [data-menu]')") is False
    assert page.barriers() == []


def test_typing_goes_to_the_message_field_and_alt_arrows_to_the_next_room(
    tab: OpenTab, alice: User, bob: User, general: Room, birds: Room
) -> None:
    talk = directs.open_direct(bob, [alice.pk])
    said = post(bob, general, "Hello")
    page = tab(alice)
    page.open_room(general)
    page.article("Hello").click()
    press(page, "H")
    press(page, "i")
    assert has_focus(page, BODY)
    assert page.one(BODY).get_attribute("value") == "Hi"
    press(page, Keys.CONTROL, "a")
    press(page, Keys.BACKSPACE)

    # Keys with a modifier stay out of the composer, and so do all keys while text is selected.
    focus(page, f'article[data-id="{said}"]')
    press(page, Keys.CONTROL, "c")
    body = page.one(f'article[data-id="{said}"] .body')
    ActionChains(page.browser).double_click(body).perform()
    press(page, "x")
    assert page.one(BODY).get_attribute("value") == ""
    page.browser.execute_script("getSelection().removeAllRanges()")

    def is_in(room: Room) -> bool:
        return eventually(lambda: page.browser.current_url.endswith(room.get_absolute_url()))

    press(page, Keys.ALT, Keys.ARROW_UP)
    assert is_in(birds)
    press(page, Keys.ALT, Keys.ARROW_DOWN)
    assert is_in(general)
    post(bob, talk, "Look here")
    eventually(lambda: page.all(f'a.unread[data-room="{talk.pk}"]'))
    press(page, Keys.ALT, Keys.SHIFT, Keys.ARROW_UP)
    assert is_in(talk)
    assert page.shows("Look here")
    assert page.complaints() == []
