"""The composer and the editor: keys, commands, and saved drafts."""

from typing import Any
from uuid import uuid4

import pytest
from selenium.webdriver import Keys

from accounts.models import User
from accounts.profile import deletion
from chat.models import Room
from chat.services.messages import editing, posting
from chat.services.rooms import directs, membership
from chat.tests.browser.pages import OpenTab, Tab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BODY, EDIT = "textarea[name=body]", "textarea[name=edit]"
# Returns if names are offered for an @ after these words.
OFFERS = {
    "": True,
    "hello ": True,
    "(": True,
    "«": True,
    "and/": True,
    "a +": True,
    "ok.": True,
    "_": True,
    "—": True,
    "bob": False,
    "été": False,
    "bob_": False,
    "7": False,
    "@": False,
}
# The events that Safari sends when Enter ends a composition: after `compositionend`, so `isComposing` is false already.
COMPOSING_ENTER = """document.querySelector(arguments[0]).dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, which: 229, bubbles: true, cancelable: true }))"""


@pytest.fixture
def birds(alice: User) -> Room:
    return membership.create_room(alice, "birds-of-the-delta")


def post(author: User, room: Room, body: str, **details: Any) -> int:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details).pk


def value(page: Tab, selector: str = BODY) -> str:
    return str(page.one(selector).get_attribute("value"))


def ends_composition(page: Tab, selector: str) -> bool:
    """Return True if the Enter that ends a composition is left to the input method."""
    return bool(page.read(COMPOSING_ENTER, selector))


def second_window(page: Tab, room: Room) -> tuple[str, str]:
    """Open the room in another tab of the same browser, and return the handles of both."""
    first = page.browser.current_window_handle
    page.browser.switch_to.new_window("tab")
    (second,) = set(page.browser.window_handles) - {first}
    page.browser.switch_to.window(second)
    page.open_room(room)
    return first, second


def test_keys_of_the_composer_and_the_editor(tab: OpenTab, alice: User, bob: User, general: Room) -> None:
    for number in range(60):
        post(bob, general, f"Message {number}")
    page = tab(alice)
    page.open_room(general)

    # An input method keeps its Enter key.
    page.write("@bo")
    assert page.one("mention-list [role=option]")
    assert ends_composition(page, BODY)
    assert value(page) == "@bo"
    page.write(Keys.ESCAPE)
    page.write(Keys.CONTROL + "a" + Keys.NULL + Keys.BACKSPACE)

    # Names are offered wherever the server recognises a mention, and not in an email address.
    for before, offers in OFFERS.items():
        page.write(f"{before}@bo")
        assert page.one("mention-list [role=option]") if offers else not page.all("mention-list [role=option]"), before
        page.write(Keys.CONTROL + "a" + Keys.NULL + Keys.BACKSPACE)
    page.write("変換")
    assert ends_composition(page, BODY)
    assert (value(page), page.all("article[data-pending]")) == ("変換", [])
    page.write(Keys.ENTER)
    assert page.shows("変換")
    page.write(Keys.ARROW_UP)
    page.one(EDIT).send_keys("済")
    assert ends_composition(page, EDIT)
    page.one(EDIT).send_keys(Keys.ENTER)
    assert page.shows("変換済")

    # The hint is shown, and pages are turned without leaving the field.
    assert page.says("Enter to send, Shift + Enter for a new line")
    top = page.read("document.querySelector('.log').scrollTop")
    page.write(Keys.PAGE_UP)
    assert eventually(lambda: page.read("document.querySelector('.log').scrollTop") < top - 200)
    page.write(Keys.PAGE_DOWN)
    assert eventually(lambda: page.read("document.querySelector('.log').scrollTop") >= top - 1)

    # Bold and italic are set and removed.
    page.write("some  words")
    page.browser.execute_script("document.activeElement.setSelectionRange(5, 11)")
    page.write(Keys.CONTROL + "b" + Keys.NULL)
    assert value(page) == "some  **words**"
    page.write(Keys.CONTROL + "i" + Keys.NULL)
    assert value(page) == "some  **_words_**"
    page.write(Keys.CONTROL + "i" + Keys.NULL)
    page.write(Keys.CONTROL + "b" + Keys.NULL)
    assert value(page) == "some  words"
    page.write(Keys.CONTROL + "a" + Keys.NULL + Keys.BACKSPACE)
    assert page.complaints() == []


def test_an_unknown_command_is_not_posted(tab: OpenTab, alice: User, general: Room) -> None:
    page = tab(alice)
    page.open_room(general)
    for text in ("/topic foo", "/invte x", "/me"):
        page.say(text)
        assert page.one("[data-unknown]").is_displayed()
        assert (value(page), page.messages()) == (text, [])
        page.write(Keys.CONTROL + "a" + Keys.NULL + Keys.BACKSPACE)
        eventually(lambda: not page.all("[data-unknown]"))
    said = {
        "//topic foo": "/topic foo",
        "/etc/hosts is a file": "/etc/hosts is a file",
        "// a comment": "// a comment",
        "/ what": "/ what",
        "/me waves": "waves",
    }
    for text, shown in said.items():
        page.say(text)
        assert page.shows(shown)
    page.say("/shrug again")
    page.one("[data-act=post]").click()
    assert page.shows("/shrug again")
    assert value(page) == ""
    assert page.browser.switch_to.active_element.get_attribute("name") == "body"


def test_an_edit_of_a_message_that_was_deleted_is_not_kept(
    tab: OpenTab, alice: User, bob: User, general: Room, birds: Room
) -> None:
    page = tab(alice)
    kept = "Object.keys(localStorage).filter((key) => key.includes(':edit:')).length"
    for room in (general, birds):  # the open room, and another one
        said = post(alice, room, "one")
        page.open_room(room)
        page.write(Keys.ARROW_UP)
        page.one(EDIT).send_keys(" and a half", Keys.ESCAPE)
        assert page.one(".unsaved")
        eventually(lambda: page.read(kept) == 1)
        page.one(f'a[data-room="{general.pk}"]').click()
        editing.delete_own_message(alice, room.pk, said)
        eventually(lambda: page.read(kept) == 0)
    said = post(alice, general, "two")
    assert page.shows("two")
    page.write(Keys.ARROW_UP)
    page.one(EDIT).send_keys(" and a half", Keys.ESCAPE)
    eventually(lambda: page.read(kept) == 1)
    page.browser.get("about:blank")
    editing.delete_own_message(alice, general.pk, said)
    page.open_room(general)
    eventually(lambda: page.read(kept) == 0)


def test_an_edit_is_kept_until_it_is_saved_and_overwrites_no_other(
    tab: OpenTab, alice: User, general: Room, birds: Room
) -> None:
    said = post(alice, general, "one")
    page = tab(alice)
    page.open_room(general)

    def begin() -> None:
        page.one(".unsaved").click()
        page.one(EDIT)

    page.write(Keys.ARROW_UP)
    page.one(EDIT).send_keys(" and a half", Keys.ESCAPE)
    begin()
    assert value(page, EDIT) == "one and a half"
    page.one(EDIT).send_keys("!")
    page.one(f'a[data-room="{birds.pk}"]').click()
    assert eventually(lambda: page.browser.current_url.endswith(birds.get_absolute_url()))
    page.one(f'a[data-room="{general.pk}"]').click()
    begin()
    assert value(page, EDIT) == "one and a half!"
    page.browser.refresh()
    begin()
    assert value(page, EDIT) == "one and a half!"

    # Meanwhile another device saves a different draft.
    editing.edit_message(alice, general.pk, said, "two")
    assert page.says("It now says:")
    page.one(EDIT).send_keys(Keys.ENTER)
    assert general.messages.get(pk=said).body == "two"
    page.one("[data-act=theirs]").click()
    assert page.shows("two")
    assert page.all(".unsaved, message-editor") == []

    page.write(Keys.ARROW_UP)
    page.one(EDIT).send_keys(" and mine", Keys.ESCAPE)
    editing.edit_message(alice, general.pk, said, "three")
    assert page.shows("three")
    page.browser.refresh()
    begin()
    assert page.says("It now says:")
    page.one("[data-act=mine]").click()
    assert page.shows("two and mine")
    assert eventually(lambda: general.messages.get(pk=said).body == "two and mine")
    page.write(Keys.ARROW_UP)
    page.one(EDIT).send_keys(" never")
    page.one("message-editor [data-act=cancel]").click()
    assert eventually(lambda: not page.all(".unsaved, message-editor"))
    assert page.complaints() == []


def test_a_draft_that_was_sent_is_gone_from_other_tabs(tab: OpenTab, alice: User, general: Room) -> None:
    page = tab(alice)
    page.open_room(general)
    page.write("Once is enough")
    first, second = second_window(page, general)
    assert value(page) == "Once is enough"
    page.write("!")
    page.browser.switch_to.window(first)
    assert eventually(lambda: value(page) == "Once is enough!")
    page.write(Keys.ENTER)
    assert page.shows("Once is enough!")
    page.browser.switch_to.window(second)
    assert eventually(lambda: value(page) == "")
    page.write(Keys.ENTER)
    page.say("Second")
    assert page.shows("Second")
    assert page.stored() == ["Once is enough!", "Second"]


def test_a_full_storage_and_a_huge_draft_hinder_nobody(tab: OpenTab, alice: User, general: Room, birds: Room) -> None:
    page = tab(alice)
    page.open_room(general)
    page.browser.execute_script(
        "localStorage.setItem(`draft:${arguments[0]}:${arguments[1]}`, 'word '.repeat(250_000))", alice.pk, general.pk
    )
    page.open_room(general)
    assert eventually(lambda: len(value(page)) == 65_536)
    assert page.says("characters too long")
    page.browser.execute_script("""
        localStorage.clear();
        for (let size = 2 ** 22; size >= 1; size /= 2) {
            try { for (let i = 0; i < 9; i += 1) localStorage.setItem(`${size}.${i}`, "x".repeat(size)); } catch {}
        }
    """)
    page.write(Keys.CONTROL + "a" + Keys.NULL + Keys.BACKSPACE)
    page.write("Nothing can be stored")
    page.one(f'a[data-room="{birds.pk}"]').click()
    assert eventually(lambda: value(page) == "")
    page.one(f'a[data-room="{general.pk}"]').click()
    assert eventually(lambda: value(page) == "Nothing can be stored")
    page.write(Keys.ENTER)
    assert page.shows("Nothing can be stored")
    assert page.complaints() == []


def test_nobody_writes_to_a_deleted_user(tab: OpenTab, alice: User, bob: User) -> None:
    talk = directs.open_direct(alice, [bob.pk])
    post(alice, talk, "Are you there?")
    page = tab(alice)
    page.open_room(talk)
    assert page.one(BODY).is_displayed()
    deletion.delete(bob, "192.0.2.7")
    assert page.says("This person deleted their account.")
    assert not page.one(BODY).is_displayed()
    page.open_room(talk)
    assert page.says("This person deleted their account.")
