"""Blocking a user in the open page: on their card, in a message's menu, and unblocking."""

import pytest
from selenium.webdriver import Keys

from accounts.models import User
from chat.models import Block, Room
from chat.services.people import blocks
from chat.services.rooms import directs
from chat.tests.browser.pages import OpenTab, Tab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Notes each change of the typing indicator, unless it was cleared.
TYPING_SEEN = """window.typingSeen = [];
    const line = document.querySelector("main typing-line");
    new MutationObserver(() => line.dataset.typing && typingSeen.push(line.dataset.typing))
        .observe(line, { attributeFilter: ["data-typing"] });"""


def folded(page: Tab) -> int:
    return len(page.all("main article[data-folded]"))


def test_messages_of_a_blocked_person_are_folded_in_all_tabs_and_count_nowhere(
    tab: OpenTab, alice: User, bob: User, general: Room, secret: Room
) -> None:
    hers, index, his = tab(alice), tab(alice), tab(bob)
    hers.open_room(general)
    index.go("/")
    his.open_room(general)
    his.say("@alice, buy my boat")
    assert hers.shows("@alice, buy my boat")
    hers.act("@alice, buy my boat", "block")
    assert hers.says("Block Bob?")
    hers.one(".block-dialog[open] .danger").click()
    eventually(lambda: folded(hers) == 1)
    assert hers.messages() == []
    assert his.messages() == ["@alice, buy my boat"]

    hers.browser.execute_script(TYPING_SEEN)
    his.say("@alice, a yacht")
    eventually(lambda: folded(hers) == 2)
    assert hers.read("typingSeen") == []
    assert not hers.all("article[data-told]")
    hers.open_room(secret)
    his.say("@alice, or both")
    assert his.shows("@alice, or both")
    his.press('.person[data-user="alice"] button')
    his.press(".person-card:popover-open [data-act=message]")
    assert his.says("This person doesn’t accept messages from you.")
    assert (hers.badge(general), hers.badge(general, "mention")) == ("", "")
    assert not index.one(f'.yours [data-room="{general.pk}"] .badge').is_displayed()

    hers.open_room(general)
    assert folded(hers) == 3
    last = hers.all("main article[data-folded]")[-1]
    hers.browser.execute_script("arguments[0].focus()", last)
    last.send_keys(Keys.TAB)
    eventually(lambda: hers.read("document.activeElement.dataset.act") == "unfold")
    hers.browser.switch_to.active_element.send_keys(Keys.ENTER)
    eventually(lambda: hers.messages() == ["@alice, or both"])
    eventually(lambda: hers.read("document.activeElement.matches('article.message')"))
    assert not hers.barriers()

    hers.press('.person[data-user="bob"] button')
    hers.press(".person-card:popover-open [data-act=unblock]")
    eventually(lambda: folded(hers) == 0)
    assert hers.messages() == ["@alice, buy my boat", "@alice, a yacht", "@alice, or both"]
    hers.browser.execute_script(TYPING_SEEN)
    his.say("Good")
    assert hers.shows("Good")
    assert hers.read("typingSeen") == ["bob"]
    assert not hers.complaints()
    assert not index.complaints()


def test_in_a_direct_conversation_with_a_blocked_person_a_note_with_a_button_stands_in_place_of_the_field(
    tab: OpenTab, alice: User, bob: User
) -> None:
    talk = directs.open_direct(alice, [bob.pk])
    blocks.block(alice, bob.pk)
    hers = tab(alice)
    hers.open_room(talk)
    assert hers.says("You blocked this person. Unblock them to send a message.")
    assert not hers.one("main .composer").is_displayed()
    assert not hers.barriers()
    hers.press("posting-blocked-note [data-act=unblock]")
    eventually(lambda: hers.one("main .composer").is_displayed())
    hers.say("Hello again")
    assert hers.shows("Hello again")

    blocks.block(alice, bob.pk)
    hers.go("/accounts/profile/")
    hers.one(".account-nav a[href='/people/blocked/']").click()
    assert hers.says("Bob")
    assert not hers.barriers()
    hers.one("li[data-user=bob] button").click()
    assert hers.says("You haven’t blocked anyone.")
    assert not Block.objects.exists()
    assert not hers.complaints()
