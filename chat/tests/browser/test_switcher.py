"""Quick switching to a room by name, the list of rooms, and search for users by the start of their names."""

from uuid import uuid4

import pytest
from selenium.webdriver import Keys

from accounts.models import User
from chat.models import Room
from chat.services.messages import posting
from chat.services.rooms import membership
from chat.tests.browser.pages import OpenTab, Tab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def keys(page: Tab, *typed: str) -> None:
    page.browser.switch_to.active_element.send_keys(*typed)


def to_a_room(page: Tab, name: str) -> None:
    """Press Ctrl-K and type a name."""
    keys(page, Keys.CONTROL + "k")
    keys(page, Keys.NULL, name)


def focused(page: Tab) -> str:
    return str(page.read("document.activeElement.name || document.activeElement.textContent.trim()"))


def shown(page: Tab) -> str:
    return str(page.one("main h1 bdi").text)


def listed(page: Tab, selector: str) -> list[str]:
    return list(
        page.read("[...document.querySelectorAll(arguments[0])].map((each) => each.textContent.trim())", selector)
    )


def test_enter_goes_to_the_first_match_and_a_new_room_is_created_only_when_nothing_matches_and_asks_once(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    membership.create_room(alice, "birds-of-the-delta")
    membership.create_room(bob, "Ärzte")
    page = tab(alice)
    page.open_room(general)
    page.one("textarea[name=body]").click()
    to_a_room(page, "bi")
    keys(page, Keys.ENTER)
    eventually(lambda: shown(page) == "birds-of-the-delta")
    eventually(lambda: focused(page) == "body")
    to_a_room(page, "GEN")
    eventually(lambda: listed(page, "[data-first] b") == ["general"])
    assert listed(page, ".create") == ["Create public room “GEN”"]
    keys(page, Keys.ARROW_DOWN)
    assert focused(page) == "#general"
    keys(page, Keys.ENTER)
    eventually(lambda: shown(page) == "general")

    to_a_room(page, "del")
    keys(page, Keys.ESCAPE)
    assert focused(page) == "body"
    assert page.one(".goto input").get_attribute("value") == ""

    to_a_room(page, "squids")
    keys(page, Keys.ENTER)
    eventually(lambda: focused(page) == "Create public room “squids”")
    assert page.barriers() == []
    assert not Room.objects.filter(name="squids").exists()
    keys(page, Keys.ENTER)
    eventually(lambda: shown(page) == "squids")

    to_a_room(page, "arzt")
    keys(page, Keys.ENTER)  # a public room that Alice has not joined
    assert page.says("Join room")
    assert sorted(Room.objects.values_list("name", flat=True)) == ["birds-of-the-delta", "general", "squids", "Ärzte"]


def test_sections_fold_unread_rooms_stay_and_the_list_says_how_many_are_below(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    many = [membership.create_room(alice, f"room {number:02}") for number in range(40)]
    membership.join(bob, many[-1].pk)
    page = tab(alice)
    page.open_room(general)
    assert len(listed(page, ".rooms .room")) == 41
    posting.post_message(bob, many[-1].pk, body="Hello", client_id=uuid4())
    hint = eventually(lambda: listed(page, ".more-unread:not([hidden])"), within=10)
    assert hint == ["1 more unread"]
    page.press(".more-unread")
    eventually(lambda: listed(page, ".more-unread:not([hidden])") == [])

    page.press(".fold")
    unread = ["general", "room 39"]
    eventually(lambda: listed(page, ".rooms .room b") == unread)
    page.open_room(general)
    assert page.one(".fold").get_attribute("aria-expanded") == "false"
    assert listed(page, ".rooms .room b") == unread
    page.press(".fold")
    eventually(lambda: len(listed(page, ".rooms .room")) == 41)
    page.press("[data-act=unread-only]")
    eventually(lambda: listed(page, ".rooms .room b") == unread)
    assert page.barriers() == []


def test_enter_completes_a_mention_at_once_and_does_not_send_its_beginning(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    bob.display_name = "Núñez"
    bob.save()
    page = tab(alice)
    page.open_room(general)
    page.say("@nun")
    assert page.one("textarea[name=body]").get_attribute("value") == "@bob "
    keys(page, "hello", Keys.ENTER)
    assert page.shows("@bob hello")
    keys(page, "(@alice/@NUN", Keys.ENTER, "and）、_@nun", Keys.ENTER, "a@nun", Keys.ENTER)
    assert page.shows("(@alice/@bob and）、_@bob a@nun")
    assert page.stored() == ["@bob hello", "(@alice/@bob and）、_@bob a@nun"]


def test_enter_waits_for_the_servers_answer_where_the_page_does_not_know_all_members(
    tab: OpenTab, alice: User, general: Room
) -> None:
    many = User.objects.bulk_create(User(username=f"member-{number:03}") for number in range(150))
    membership.add_member(general.pk, many[-1])
    page = tab(alice)
    page.open_room(general)
    page.browser.execute_script(
        """const { roster } = document.querySelector("room-app").chat;
        Object.defineProperty(roster, "isWhole", { get: () => false });
        Object.defineProperty(roster, "everyone", { get: () => [] });"""
    )
    page.say("@mem")
    eventually(lambda: page.one("textarea[name=body]").get_attribute("value") == "@member-149 ")
    assert page.messages() == []
