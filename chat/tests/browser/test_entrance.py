"""Signing up, in and out, the index, and accessibility of the pages."""

import pytest
from selenium.webdriver import Keys
from selenium.webdriver.common.by import By

from accounts.models import User
from chat.models import Room
from chat.services.rooms import membership
from chat.tests.browser.pages import OpenTab, Tab
from testing.mailbox import mailed_code
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fill(page: Tab, **fields: str) -> None:
    for name, value in fields.items():
        page.one(f"[name={name}]").send_keys(value)
    page.browser.switch_to.active_element.send_keys(Keys.ENTER)


def test_a_new_user_signs_up_makes_a_room_talks_and_signs_out(tab: OpenTab) -> None:
    page = tab()
    page.go("/")
    page.browser.find_element(By.PARTIAL_LINK_TEXT, "Create an account").click()
    secret = "count the terns twice"
    fill(page, email="carol@example.org", username="carol", password1=secret, password2=secret)
    assert page.says("Confirm your email address")
    assert page.barriers() == []
    fill(page, code=mailed_code(page.server, "carol@example.org"))
    fill(page, name="field season")
    page.press("[name=create]")
    page.one("textarea[name=body]").send_keys("First!", Keys.ENTER)
    assert page.shows("First!", within=10)
    assert page.complaints() == []
    room = Room.objects.get(name="field season")
    assert room.messages.get().author.username == "carol"

    page.go("/accounts/logout/")
    page.one("main form button").click()
    eventually(lambda: "/accounts/login/" in page.browser.current_url)
    page.go(room.get_absolute_url())
    assert "/accounts/login/" in page.browser.current_url
    fill(page, login="CAROL", password=secret)
    assert page.shows("First!", within=10)


def test_the_index_counts_who_is_there_and_what_is_unread(tab: OpenTab, alice: User, bob: User, general: Room) -> None:
    hers, his = tab(alice), tab(bob)
    his.go("/")
    entry = f'[data-room="{general.pk}"] [data-here]'
    assert his.one(entry).get_attribute("data-here") == "0"
    hers.open_room(general)
    eventually(lambda: his.one(entry).get_attribute("data-here") == "1", within=10)
    hers.say("Anyone?")
    badge = eventually(lambda: [each.text for each in his.all(".badge") if each.text], within=10)
    assert badge == ["1"]


def test_a_directory_of_several_pages_is_searched_as_a_whole(tab: OpenTab, alice: User) -> None:
    Room.objects.bulk_create(Room(name=f"room {number:02}", topic="Odd" if number % 2 else "") for number in range(60))
    page = tab(alice)
    page.go("/")
    names = "[...document.querySelectorAll('.public b')].map(name => name.textContent)"
    assert page.read(names) == [f"room {number:02}" for number in range(50)]
    field = page.one("[name=name]")
    field.send_keys("room 59")
    eventually(lambda: page.read(names) == ["room 59"])
    field.clear()
    field.send_keys("ODD")
    eventually(lambda: page.read(names) == [f"room {number:02}" for number in range(1, 60, 2)])


def test_a_public_room_is_joined_from_its_page(tab: OpenTab, mallory: User, general: Room) -> None:
    page = tab(mallory)
    page.go(general.get_absolute_url())
    page.one("form[action$='/join/'] button").click()
    assert page.sees("mallory")
    assert Room.objects.of(mallory).get() == general


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["desk", "phone"])
def test_axe_finds_no_barrier_on_the_pages_of_accounts_and_rooms(
    tab: OpenTab, alice: User, bob: User, mallory: User, general: Room, size: tuple[int, int]
) -> None:
    membership.create_room(bob, "another")
    stranger, page, outsider = tab(), tab(alice), tab(mallory)
    for each in (stranger, page, outsider):
        each.browser.set_window_size(*size)
    for path in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        stranger.go(path)
        assert stranger.barriers() == []
        assert stranger.complaints() == []
    outsider.go(general.get_absolute_url())
    assert outsider.barriers() == []
    page.go("/")
    eventually(lambda: page.connection == "open", within=10)
    assert page.barriers() == []
    page.go(general.get_absolute_url())
    page.one("textarea[name=body]").send_keys("Hello https://example.org", Keys.ENTER)
    assert page.shows("Hello https://example.org")
    assert page.barriers() == []
    assert page.complaints() == []
