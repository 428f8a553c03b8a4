"""Creation of a room, an invitation, and changes of the room, as seen in every page."""

import pytest
from selenium.webdriver.support.select import Select

from accounts.models import User
from chat.models import Room
from chat.permissions.actor import Actor
from chat.services.rooms import membership
from chat.services.rooms import settings as room_settings
from chat.tests.browser.pages import OpenTab, Tab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fill(page: Tab, **fields: str) -> None:
    for name, value in fields.items():
        field = page.one(f"main [name={name}]")
        field.clear()
        field.send_keys(value)
    page.one("main form .button").click()


def test_a_room_is_made_an_outsider_invited_and_both_see_what_becomes_of_it(
    tab: OpenTab, alice: User, mallory: User, general: Room
) -> None:
    room_settings.change_settings(general.pk, by=Actor(alice), description="All about ink")
    membership.create_room(alice, "birds")
    hers, other = tab(alice), tab(mallory)
    hers.go("/rooms/new/")
    Select(hers.one("[name=kind]")).select_by_value("private")
    assert hers.barriers() == []
    fill(hers, name="squids", emoji=":deciduous_tree:", topic="Ten arms", description="Counting\nthem")
    eventually(lambda: hers.people("here"), within=10)
    room = Room.objects.get(name="squids")

    hers.one("room-header summary").click()
    hers.one("[data-act=about]").click()
    assert "Private – only members can see it." in hers.one(".about[open]").text
    assert "Counting\nthem" in hers.one(".about[open]").text
    assert hers.barriers() == []
    hers.one(".about .button").click()
    hers.one("room-header summary").click()
    hers.one("[data-act=settings]").click()
    hers.one("nav.tabs a[href$='/invites/']").click()
    fill(hers, most_uses="1")
    link = str(hers.one("copy-field input").get_attribute("value"))
    assert hers.one("copy-field button").text == "Copy"
    assert hers.barriers() == []

    other.browser.get(link)
    assert other.barriers() == []
    other.one("main form button").click()
    assert other.sees("mallory")
    elsewhere = tab(mallory)
    elsewhere.go("/")
    eventually(lambda: elsewhere.connection == "open", within=10)
    elsewhere.one(".go [name=name]").send_keys("INK")
    assert [each.text for each in elsewhere.all(".list b") if each.is_displayed()] == ["general"]
    elsewhere.one(".go [name=name]").clear()

    hers.go(f"/rooms/{room.pk}/settings/members/")
    assert [row.get_attribute("data-user") for row in hers.all("tbody tr")] == ["alice", "mallory"]
    assert hers.barriers() == []
    hers.go(f"/rooms/{room.pk}/settings/")
    fill(hers, name="octopuses", emoji="")
    eventually(lambda: "octopuses" in other.one("room-header h1").text)
    hers.one("form[action$='/archive/'] button").click()
    eventually(lambda: "Archived" in str(other.one("room-header .room-mark").get_attribute("title")))
    archived = f'.archived [data-room="{room.pk}"] b'
    eventually(lambda: [each.get_attribute("textContent") for each in elsewhere.all(archived)] == ["octopuses"])
    assert elsewhere.barriers() == []
    assert hers.complaints() + other.complaints() + elsewhere.complaints() == []
