"""Acts of moderators while the other user is typing, as both see them."""

from datetime import timedelta

import pytest
from django.utils import timezone
from selenium.webdriver import Keys

from accounts.models import User
from chat.models import Room
from chat.permissions.actor import Actor
from chat.services.moderation import moderation, mutes
from chat.tests.browser.pages import OpenTab, Tab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SOON = 1  # s, within which an act shows in the open pages


def choose(page: Tab, username: str, act: str) -> None:
    """Open a user's card, and choose from it."""
    page.press(f'.person[data-user="{username}"] button')
    page.press(f".person-card:popover-open [data-act={act}]")


def confirm(page: Tab, reason: str = "", span: str = "") -> None:
    """Fill in and confirm the dialog."""
    page.one(".moderation-dialog[open]")
    if span:
        page.one(f".moderation-dialog [name=span] option[value='{span}']").click()
    if reason:
        page.one(".moderation-dialog [name=reason]").send_keys(reason)
    page.one(".moderation-dialog [data-act=do]").click()
    eventually(lambda: not page.all(".moderation-dialog[open]"))


def choose_for_room(page: Tab, act: str) -> None:
    page.press("room-header summary")
    page.press(f"room-moderation [data-act={act}]")


def reads(page: Tab, words: str, within: float = 5) -> bool:
    """Return True if the words are in the conversation or its replacement, possibly across elements."""
    text = "document.querySelector('main')?.innerText ?? ''"
    return eventually(lambda: words in " ".join(page.read(text).split()), within)


def may_write(page: Tab) -> bool:
    return bool(page.read("document.querySelector('main .composer')?.checkVisibility()"))


def draft(page: Tab) -> str:
    return str(page.read("document.querySelector('main textarea[name=body]')?.value"))


def test_a_member_muted_locked_out_removed_and_banned_while_typing_sees_who_did_it_and_why(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    hers, his = tab(alice), tab(bob)
    for each in (hers, his):
        each.open_room(general)
    his.write("Buy my")
    eventually(lambda: hers.one("main typing-line").get_attribute("data-typing") == "bob")
    choose(hers, "bob", "mute")
    confirm(hers, "Advertising")
    assert reads(his, "You are muted in this room until", within=SOON)
    assert reads(his, "Advertising", within=SOON)
    assert reads(his, "Your text is kept.")
    assert not may_write(his)
    eventually(lambda: hers.one("main typing-line").get_attribute("data-typing") == "", within=SOON)
    assert reads(hers, "Alice muted Bob until")

    choose(hers, "bob", "unmute")
    eventually(lambda: may_write(his), within=SOON)
    assert draft(his) == "Buy my"
    assert his.read("document.activeElement.name") == "body"

    choose_for_room(hers, "lock")
    confirm(hers, "A break")
    assert reads(his, "This room is locked.", within=SOON)
    assert reads(his, "Alice locked the room: A break")
    assert may_write(hers)
    choose_for_room(hers, "unlock")
    eventually(lambda: may_write(his), within=SOON)

    his.write(" boat")
    choose(hers, "bob", "remove")
    confirm(hers, "I said no advertising")
    assert reads(his, "Alice removed you from", within=SOON)
    assert reads(his, "I said no advertising")
    assert reads(hers, "Alice removed Bob: I said no advertising")
    his.one(".gone .button.quiet").click()
    his.one("form[action$='/join/'] button").click()
    eventually(lambda: his.people("here"), within=10)
    assert draft(his) == "Buy my boat"

    choose(hers, "bob", "ban")
    confirm(hers, "Enough", span="0")
    assert reads(his, "Alice banned you from", within=SOON)
    assert reads(his, "Enough")
    assert not his.all(".gone .button.quiet")
    assert not hers.complaints()
    assert not his.complaints()

    his.go(general.get_absolute_url())
    assert his.says("You are banned from this room")
    assert his.says("Enough")
    assert not his.all("main form")


def test_in_slow_mode_what_is_sent_waits_in_order_and_a_mute_ends_by_itself(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    his = tab(bob)
    his.open_room(general)
    moderation.set_slow(Actor(alice), general.pk, 3)
    assert reads(his, "Slow mode: one message every 3 seconds")
    for text in ("One", "Two"):
        his.say(text)
    assert reads(his, "Slow mode: your message will be sent in")
    assert his.messages() == ["One", "Two"]
    eventually(lambda: his.stored() == ["One", "Two"])
    assert reads(his, "Slow mode: your next message in")

    moderation.set_slow(Actor(alice), general.pk, 600)
    assert reads(his, "Alice set slow mode to 10 minutes")
    his.say("Three")
    assert reads(his, "Slow mode: your message will be sent in")
    moderation.set_slow(Actor(alice), general.pk, 0)
    assert his.shows("Three")

    mutes.mute(Actor(alice), general.pk, bob.pk, until=timezone.now() + timedelta(seconds=3), reason="Be kind")
    eventually(lambda: not may_write(his))
    his.point_at("Two")
    assert not his.all("message-tools [data-react]")
    eventually(lambda: may_write(his))
    his.write("Four").send_keys(Keys.ENTER)
    assert his.shows("Four")
    assert not his.complaints()
