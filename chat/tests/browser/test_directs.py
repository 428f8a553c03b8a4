"""Direct conversations, and a user's settings for the list of rooms."""

from uuid import uuid4

import pytest
from selenium.webdriver import ActionChains, Keys

from accounts.models import User
from chat.models import Room
from chat.services.messages import posting
from chat.services.people.status import set_status
from chat.services.rooms import directs, membership
from chat.tests.browser.pages import OpenTab, Tab, everywhere
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def texts(tab: Tab, selector: str) -> list[str]:
    # In one script: between two, the page may redraw itself.
    script = "[...document.querySelectorAll(arguments[0])].map(element => element.textContent.trim())"
    return list(tab.read(script, selector))


def section(tab: Tab, name: str) -> list[str]:
    """Return the rooms in a section of the list of rooms, in order."""
    return texts(tab, f"[data-section={name}] .room b")


def title(tab: Tab) -> list[str]:
    """Return the title of the open room."""
    return texts(tab, "main h1 bdi")


def keep(tab: Tab, name: str, *acts: str) -> None:
    """Open the menu of a room by keyboard, and choose from it."""
    tab.one(f"[data-menu][aria-label='Options for {name}']").send_keys(Keys.ENTER)
    for act in acts:
        tab.one(f".acts-menu:popover-open [data-act={act}]").send_keys(Keys.ENTER)


def test_two_users_talk_and_put_their_conversation_away_until_the_next_message(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    hers, his = tab(alice), tab(bob)
    for each in (hers, his):
        each.open_room(general)
    assert hers.sees("alice", "bob")
    hers.person("bob").click()
    hers.one(".person-card [data-act=message]").click()
    eventually(lambda: title(hers) == ["Bob"])
    assert hers.browser.title.startswith("Bob · ")
    assert hers.one("textarea[name=body]").get_attribute("placeholder") == "Message Bob"
    assert section(hers, "directs") == ["Bob"]

    hers.say("Lunch?")
    eventually(lambda: section(his, "directs") == ["Alice"])
    eventually(lambda: texts(his, "[data-section=directs] .badge.mention") == ["@1"])
    assert his.browser.title.startswith("(@1) ")
    assert his.barriers() == []
    his.one("[data-section=directs] .room").click()
    assert his.shows("Lunch?")
    his.say("Gladly")
    assert hers.shows("Gladly")
    eventually(lambda: not his.browser.title.startswith("("))

    keep(his, "general", "quiet")
    assert his.one("[data-section=rooms] .is-quiet")
    posting.post_message(alice, general.pk, body="By the way", client_id=uuid4())
    eventually(lambda: his.read("document.querySelector('room-app').chat.rooms.get(arguments[0]).unread", general.pk))
    assert (his.badge(general), his.browser.title[:5]) == ("", "Alice")
    keep(his, "general", "quiet")
    eventually(lambda: his.badge(general) == "1" and his.browser.title.startswith("(1) "))

    keep(his, "Alice", "put-away")
    eventually(lambda: section(his, "directs") == [])
    eventually(lambda: title(his) == ["general"])
    his.go("/")
    eventually(lambda: his.connection == "open")
    assert texts(his, ".yours b") == ["general"]
    hers.say("At one?")
    eventually(lambda: texts(his, ".yours .badge.mention") == ["@1"])
    his.open_room(general)
    assert section(his, "directs") == ["Alice"]
    assert hers.complaints() + his.complaints() == []


def test_the_header_of_a_direct_conversation_tells_how_the_other_is(tab: OpenTab, alice: User, bob: User) -> None:
    talk = directs.open_direct(alice, [bob.pk])
    hers, his = tab(alice), tab(bob)
    hers.open_room(talk)
    eventually(lambda: partner(hers) == ("offline", "Offline"))
    his.open_room(talk)
    eventually(lambda: partner(hers) == ("online", "Here now"))
    assert partner(his) == ("online", "Here now")
    set_status(bob, mode="dnd", text="on a boat", emoji="⛵")
    eventually(lambda: partner(hers) == ("dnd", "Here now · do not disturb · ⛵ on a boat"))
    his.choose("invisible")
    eventually(lambda: partner(hers)[0] == "offline")
    assert "invisible" not in partner(hers)[1]
    assert hers.barriers() == []
    hers.browser.execute_script("document.querySelector('room-app').chat.roster.snapshot({ known: false })")
    eventually(lambda: partner(hers) == ("", "Presence unknown"))
    assert hers.complaints() + his.complaints() == []


def test_the_list_of_rooms_shows_how_partners_are(
    tab: OpenTab, alice: User, bob: User, mallory: User, general: Room
) -> None:
    talk = directs.open_direct(alice, [bob.pk])
    directs.open_direct(alice, [mallory.pk])
    directs.open_direct(alice, [bob.pk, mallory.pk])
    posting.post_message(alice, talk.pk, body="Hello", client_id=uuid4())
    hers = tab(alice)
    hers.open_room(general)
    eventually(lambda: listed(hers, "Bob") == ("offline", "direct, Offline"))
    eventually(lambda: listed(hers, "Mallory") == ("offline", "direct, Offline"))
    his = tab(bob)
    his.open_room(general)
    eventually(lambda: listed(hers, "Bob") == ("online", "direct, Online"))
    eventually(lambda: listed(his, "Alice") == ("online", "direct, Online"))
    his.choose("dnd")
    eventually(lambda: listed(hers, "Bob") == ("dnd", "direct, Do not disturb"))
    assert listed(hers, "Mallory") == ("offline", "direct, Offline")
    assert listed(hers, "Bob, Mallory") == ("", "direct")
    assert hers.barriers() == []
    hers.one(".goto input").send_keys("bo")
    assert eventually(lambda: texts(hers, ".found li:first-child .visually-hidden") == ["direct, Do not disturb"])
    hers.one(".goto input").send_keys(Keys.ESCAPE)
    his.choose("invisible")
    eventually(lambda: listed(hers, "Bob") == ("offline", "direct, Offline"))
    eventually(lambda: listed(his, "Alice")[0] == "online")
    unavailable = "new CustomEvent('partners.changed', { detail: { partners: null } })"
    hers.browser.execute_script(f"document.querySelector('room-app').chat.socket.dispatchEvent({unavailable})")
    eventually(lambda: listed(hers, "Bob") == ("", "direct"))
    assert hers.complaints() + his.complaints() == []


def listed(tab: Tab, name: str) -> tuple[str, str]:
    """Return the shape on the picture of a direct conversation in the list of rooms, and its text alternative."""
    entry = f"document.querySelector(`[data-section=directs] .room:has(b[title='{name}'])`)"
    shape = tab.read(f"{entry}?.querySelector('.dot')?.classList[1] ?? ''")
    return str(shape), str(tab.read(f"{entry}?.querySelector('.direct-face .visually-hidden').textContent"))


def test_the_people_of_a_conversation_of_two_are_folded_until_the_button_opens_them(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    talk = directs.open_direct(alice, [bob.pk])
    page = tab(alice)
    page.open_room(general)
    assert page.one("room-roster").is_displayed()
    assert not page.one(".opens-roster").is_displayed()
    page.open_room(talk)
    assert not page.one("room-roster").is_displayed()
    assert page.one(".opens-roster").get_attribute("aria-expanded") == "false"
    page.one(".opens-roster").click()
    eventually(lambda: page.one("room-roster").is_displayed())
    assert page.one(".opens-roster").get_attribute("aria-expanded") == "true"
    page.open_room(talk)
    assert page.one("room-roster").is_displayed()
    page.one(".opens-roster").click()
    eventually(lambda: not page.one("room-roster").is_displayed())


def partner(tab: Tab) -> tuple[str, str]:
    """Return the shape on the other user's picture in the header, and the words beside their name."""
    shape = "document.querySelector('.partner .dot')?.classList[1] ?? ''"
    words = "document.querySelector('.partner-words').textContent.trim().replace(/\\s+/g, ' ')"
    return str(tab.read(shape)), str(tab.read(words))


def test_favourites_and_the_order_are_the_same_in_every_tab(tab: OpenTab, alice: User, bob: User) -> None:
    first, *_ = [membership.create_room(alice, name) for name in ("ants", "birds", "cats", "dogs")]
    page, other = tab(alice), tab(alice)
    for each in (page, other):
        each.open_room(first)
    assert section(page, "rooms") == ["ants", "birds", "cats", "dogs"]
    keep(page, "dogs", "favourite")
    eventually(lambda: section(page, "favourites") == ["dogs"])
    assert eventually(lambda: page.read("document.activeElement.ariaLabel") == "Options for dogs")
    keep(page, "ants", "down", "down")
    eventually(lambda: section(page, "rooms") == ["birds", "cats", "ants"])
    page.one("body").send_keys(Keys.ESCAPE)
    entry = {name: page.one(f"[data-section=rooms] .room:has(b[title={name}])") for name in ("birds", "cats")}
    ActionChains(page.browser).drag_and_drop(entry["cats"], entry["birds"]).perform()
    everywhere(lambda each: section(each, "rooms") == ["cats", "birds", "ants"], page, other)
    assert section(other, "favourites") == ["dogs"]
    page.open_room(first)
    assert (section(page, "favourites"), section(page, "rooms")) == (["dogs"], ["cats", "birds", "ants"])

    page.one("[data-act=write]").click()
    field = page.one(".message-dialog input")
    field.send_keys("bo")
    eventually(lambda: texts(page, ".message-dialog [role=option] b") == ["Bob"])
    assert page.barriers() == []
    field.send_keys(Keys.ENTER)
    assert page.one(".person-chip").get_attribute("data-user") == "bob"
    field.send_keys(Keys.ENTER)
    everywhere(lambda each: section(each, "directs") == ["Bob"], page, other)
    eventually(lambda: title(page) == ["Bob"])
    assert page.complaints() == []
