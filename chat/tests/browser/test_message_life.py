"""Messages after they were posted, in the browser: edits, tombstones, quotes, reactions, pins."""

from uuid import uuid4

import pytest
from selenium.webdriver import Keys

from accounts.models import User
from chat.models import Room
from chat.permissions.actor import Actor
from chat.services.messages import editing, pins, posting, read_positions
from chat.services.rooms import membership
from chat.services.rooms.settings import change_settings
from chat.tests.browser.pages import OpenTab, Tab, everywhere
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


NOTICE = """[...document.querySelectorAll("main [data-kind=notice] .body")].map((body) => body.textContent)
    .find((words) => words.includes(arguments[0]))"""


def post(author: User, room: Room, body: str, **details: object) -> int:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details).pk


def chips(page: Tab) -> dict[str, str]:
    """Return the reactions in the log, with their counts."""
    return {str(chip.get_attribute("data-emoji")): chip.text.split()[-1] for chip in page.all(".chip[data-emoji]")}


def read_on(page: Tab, button: str) -> None:
    """Load the rest of a list, page by page."""

    def is_whole() -> bool:
        for found in page.all(button):
            found.click()
        return not page.all(button)

    eventually(is_whole, within=20)


def test_an_edit_is_seen_by_everyone_with_what_was_said_before(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    hers, his = tab(alice), tab(bob)
    for each in (hers, his):
        each.open_room(general)
    hers.say("The tern are back")
    assert his.shows("The tern are back")
    hers.write(Keys.ARROW_UP)
    field = hers.one("textarea[name=edit]")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("   ", Keys.ENTER)
    assert eventually(lambda: hers.one("message-editor [role=alert]").text)
    assert field.get_attribute("value") == "   "
    field.send_keys("gone after all")
    hers.one("message-editor [data-act=cancel]").click()
    eventually(lambda: not hers.all("message-editor"))
    assert hers.stored() == ["The tern are back"]

    hers.write(Keys.ARROW_UP)
    hers.one("textarea[name=edit]").send_keys(" since noon", Keys.ENTER)
    for each in (hers, his):
        assert each.shows("The tern are back since noon")
        assert each.all("article[data-edited]")
    assert hers.browser.switch_to.active_element.get_attribute("name") == "body"
    assert "edit" not in his.offered("The tern are back since noon")
    his.browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    his.one(".edited").click()
    versions = eventually(lambda: [version.text for version in his.all("dialog.edits .version")])
    assert versions == ["The tern are back", "The tern are back since noon"]


def test_a_deleted_message_leaves_a_tombstone_and_its_thread(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    root = post(bob, general, "Meet at the wrong place")
    post(bob, general, "I mean the other one", thread=root)
    hers, his = tab(alice), tab(bob)
    for each in (hers, his):
        each.open_room(general)
    hers.act("Meet at the wrong place", "delete")  # she owns the room
    hers.one("delete-dialog .danger").click()
    everywhere(lambda each: each.all(f'article[data-id="{root}"][data-deleted] .tombstone'), hers, his)
    for each in (hers, his):
        assert each.stored() == []
    his.one(".replies").click()
    assert eventually(lambda: his.replies()) == ["I mean the other one"]

    hers.say("Mine to take back")
    assert his.shows("Mine to take back")
    assert "delete" not in his.offered("Mine to take back")
    assert "delete" in hers.offered("Mine to take back")


def test_a_moderator_deletes_a_notice_and_a_member_is_offered_nothing_with_it(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    change_settings(general.pk, by=Actor(alice), topic="Mallory is a thief")
    hers, his = tab(alice), tab(bob)
    for each in (hers, his):
        each.open_room(general)
    words = eventually(lambda: hers.read(NOTICE, "thief"))

    def points_at_it() -> bool:
        his.browser.execute_script("arguments[0].focus()", his.article(words))
        return his.read("document.activeElement.dataset.kind") == "notice"

    eventually(points_at_it)
    assert not his.all("message-tools .tools")
    assert hers.offered(words) == ["delete"]
    hers.one(".acts-menu:popover-open [data-act=delete]").click()
    hers.one("delete-dialog .danger").click()
    everywhere(lambda each: not each.read(NOTICE, "thief"), hers, his)
    assert not hers.all("article[data-kind=notice][data-deleted] .face")


def test_a_quote_leads_to_what_it_quotes_and_back(tab: OpenTab, alice: User, bob: User, general: Room) -> None:
    first = post(bob, general, "What was said first")
    for number in range(120):
        post(alice, general, f"Message {number}")
    read_positions.mark_read(alice, general.pk, general.messages.newest(1)[0].position)
    page = tab(alice)
    page.open_room(general)
    page.act("Message 119", "quote")
    assert page.one(".quoting").get_attribute("data-quote")
    page.say("So it is")
    assert page.shows("So it is")
    assert page.all(".quoting") == []
    assert "Message 119" in page.article("So it is").find_element("css selector", ".quote").text

    post(bob, general, "As I said", quote=first)
    assert page.shows("As I said")
    assert "What was said first" not in page.stored()
    page.article("As I said").find_element("css selector", "button.quote").click()
    assert page.shows("What was said first")
    assert eventually(lambda: page.browser.switch_to.active_element.get_attribute("data-id") == str(first))
    assert "As I said" not in page.stored()
    page.one("button.latest").click()
    assert page.shows("As I said")


def test_reactions_are_joined_and_taken_back(tab: OpenTab, alice: User, bob: User, general: Room) -> None:
    post(bob, general, "214 terns")
    hers, his = tab(alice), tab(bob)
    for each in (hers, his):
        each.open_room(general)
    hers.point_at("214 terns")
    hers.one("message-tools [data-act=react]").click()
    hers.one(".picker:popover-open input").send_keys("party", Keys.ENTER)
    assert eventually(lambda: chips(his)) == {"🎉": "1"}
    his.one(".chip[data-emoji]").click()
    everywhere(lambda each: chips(each) == {"🎉": "2"}, hers, his)
    for each in (hers, his):
        assert each.one(".chip[data-emoji]").get_attribute("aria-pressed") == "true"
    hers.one(".chip[data-emoji]").click()
    everywhere(lambda each: chips(each) == {"🎉": "1"}, hers, his)
    assert hers.one(".chip[data-emoji]").get_attribute("aria-pressed") == "false"


def test_pins_are_listed_and_lead_to_their_messages(tab: OpenTab, alice: User, bob: User, general: Room) -> None:
    pinned = post(alice, general, "The tide table is on the door")
    for number in range(100):
        post(alice, general, f"Message {number}")
    hers, his = tab(alice), tab(bob)
    for each in (hers, his):
        each.open_room(general)
    his.press("main .latest")  # his unread messages begin above
    hers.act("Message 99", "pin")
    his.one("[data-opens=pins]").click()
    eventually(lambda: "Pinned by Alice" in his.one(".card[data-pin]").text)
    assert "Pinned by Alice" in his.article("Message 99").text

    pins.pin(alice, general.pk, pinned)
    eventually(lambda: his.one("[data-opens=pins]").text == "2")
    his.one(f'.card[data-pin="{pinned}"] .link').click()
    assert his.shows("The tide table is on the door")
    his.one(f'.card[data-pin="{pinned}"] [data-act=unpin]').click()
    everywhere(lambda each: each.one("[data-opens=pins]").text == "1", hers, his)


def test_long_lists_of_pins_and_edits_are_read_on(tab: OpenTab, alice: User, general: Room) -> None:
    long = "words " * 500
    said = [post(alice, general, f"{number} {long}") for number in range(35)]
    for message in said:
        pins.pin(alice, general.pk, message)
    for number in range(45):
        editing.edit_message(alice, general.pk, said[-1], f"{number} {long}")
    page = tab(alice)
    page.open_room(general)
    pinned = eventually(lambda: page.one("[data-opens=pins]").text)
    page.one("[data-opens=pins]").click()
    cards = eventually(lambda: page.all(".card[data-pin]"))
    assert (pinned, 0 < len(cards) < 35) == ("35", True)
    pins.unpin(alice, general.pk, said[0])  # on a page that the tab has not loaded
    eventually(lambda: page.one("[data-opens=pins]").text == "34")
    read_on(page, "pin-list [data-act=older]")
    eventually(lambda: len(page.all(".card[data-pin]")) == 34)

    page.one(f'article[data-id="{said[-1]}"] .edited').click()
    versions = eventually(lambda: page.all("dialog.edits .version"))
    assert len(versions) < 46
    read_on(page, "dialog.edits [data-act=older]")
    eventually(lambda: len(page.all("dialog.edits .version")) == 46)


def test_the_earlier_versions_of_a_message_hide_their_spoilers(tab: OpenTab, alice: User, general: Room) -> None:
    said = post(alice, general, "It was ||the gardener||, not ||the cook||, or `a || b`")
    editing.edit_message(alice, general.pk, said, "It was ||somebody|| else, or a || b")
    editing.edit_message(alice, general.pk, said, "Nothing to hide: a || b")
    page = tab(alice)
    page.open_room(general)
    page.one(".edited").click()
    versions = eventually(lambda: [version.text for version in page.all("dialog.edits .version")])
    assert versions == ["It was  b`", "It was  b", "Nothing to hide: a || b"]
    page.one("dialog.edits .spoiler").click()
    shown = page.one("dialog.edits .version").text
    assert shown == "It was the gardener||, not ||the cook||, or `a  b`"
    assert page.complaints() == []


def test_joins_and_leaves_are_collapsed_into_one_line(
    tab: OpenTab, alice: User, bob: User, mallory: User, general: Room
) -> None:
    page = tab(alice)
    page.open_room(general)
    membership.join(mallory, general.pk)
    membership.leave(mallory, general.pk)
    lines = "[...document.querySelectorAll('[data-comings] .body')].map(line => line.textContent)"
    eventually(lambda: page.read(lines) == ["Bob and Mallory joined · Mallory left"])
    page.say("And now?")
    assert page.shows("And now?")
    membership.join(mallory, general.pk)
    eventually(lambda: page.read(lines)[1:] == ["Mallory joined"])
