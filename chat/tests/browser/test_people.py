"""Members in the sidebar: a user's card, and the pages of a larger room."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from selenium.webdriver import ActionChains, Keys

from accounts.models import User
from chat.models import Membership, Room
from chat.services.people.status import set_status
from chat.tests.browser.pages import OpenTab, Tab
from testing.processes import Server
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def both(tab: OpenTab, alice: User, bob: User, general: Room) -> tuple[Tab, Tab]:
    """Open the same room as Alice and as Bob. Bob's time zone is Tokyo."""
    hers, his = tab(alice), tab(bob)
    his.browser.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
    for each in (hers, his):
        each.open_room(general)
    assert hers.sees("alice", "bob")
    return hers, his


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_click_on_a_person_shows_their_card(both: tuple[Tab, Tab], bob: User, scheme: str) -> None:
    hers, his = both
    hers.prefers(scheme)
    set_status(bob, mode="dnd", text="on a boat", emoji="⛵")
    eventually(lambda: "on a boat" in hers.says_of("bob"))
    hers.person("bob").click()
    eventually(lambda: "#general" in hers.card())
    for words in ("Bob", "@bob", "Here now · do not disturb", "⛵", "on a boat", "Local time"):
        assert words in hers.card()
    eventually(lambda: time_of_day(his) in hers.one(".person-card [title='Asia/Tokyo']").text)
    assert hers.barriers() == []
    set_status(bob)
    eventually(lambda: "do not disturb" not in hers.card())
    ActionChains(hers.browser).move_to_element(hers.one(".room-header .topic")).click().perform()
    eventually(lambda: hers.card() == "")
    assert hers.complaints() == []


def time_of_day(tab: Tab) -> str:
    return str(tab.read("new Intl.DateTimeFormat('en-US', { hour: 'numeric', minute: '2-digit' }).format()"))


def test_the_card_is_reached_by_keys_and_gives_the_focus_back(both: tuple[Tab, Tab]) -> None:
    hers, _ = both
    hers.one("room-roster input").click()
    press(hers, Keys.TAB)
    assert focused(hers) == "alice"
    press(hers, Keys.ARROW_DOWN)
    assert focused(hers) == "bob"
    press(hers, Keys.ENTER)
    eventually(lambda: "@bob" in hers.card())
    assert hers.read("document.querySelector('.person-card').contains(document.activeElement)")
    press(hers, Keys.ESCAPE)
    eventually(lambda: hers.card() == "")
    assert focused(hers) == "bob"


def focused(tab: Tab) -> str | None:
    """Return the user whose entry in the sidebar has the focus."""
    user: str | None = tab.read("document.activeElement.closest('.person')?.dataset.user")
    return user


def press(tab: Tab, key: str) -> None:
    ActionChains(tab.browser).send_keys(key).perform()


def test_the_card_of_an_author_opens_from_their_name_and_their_picture(both: tuple[Tab, Tab]) -> None:
    hers, his = both
    his.say("Hello")
    assert hers.shows("Hello")
    for part in (".name", ".face"):
        hers.one(f"main article[data-author=bob] {part}").click()
        eventually(lambda: "@bob" in hers.card() and "#general" in hers.card())
        press(hers, Keys.ESCAPE)
        eventually(lambda: hers.card() == "")
    hers.point_at("Hello")
    press(hers, Keys.TAB)
    press(hers, Keys.ENTER)
    eventually(lambda: "@bob" in hers.card())


def test_on_a_phone_the_card_is_a_sheet(both: tuple[Tab, Tab]) -> None:
    hers, _ = both
    hers.browser.set_window_size(500, 800)
    hers.one(".opens-roster").click()
    eventually(lambda: hers.person("bob").is_displayed())
    hers.person("bob").click()
    eventually(lambda: "#general" in hers.card())
    rect = hers.read("document.querySelector('.person-card').getBoundingClientRect().toJSON()")
    assert (rect["left"], rect["right"], rect["bottom"]) == (0, hers.read("innerWidth"), hers.read("innerHeight"))
    assert hers.barriers() == []
    press(hers, Keys.ESCAPE)
    eventually(lambda: hers.card() == "")
    assert focused(hers) == "bob"


def test_a_card_that_does_not_load_says_so_and_is_asked_for_again(both: tuple[Tab, Tab], server: Server) -> None:
    hers, _ = both
    server.kill()
    eventually(lambda: hers.connection == "closed")
    hers.person("bob").click()
    eventually(lambda: "Couldn’t load" in hers.card())
    server.start()
    eventually(lambda: hers.connection == "open", within=30)
    hers.one(".person-card .link").click()
    eventually(lambda: "#general" in hers.card())


def test_a_member_who_has_gone_is_offline_with_the_time_last_seen(both: tuple[Tab, Tab], general: Room) -> None:
    hers, his = both
    his.browser.quit()
    eventually(lambda: "just now" in hers.says_of("bob"), within=15)
    assert hers.people("offline") == ["bob"]
    assert hers.counts() == {"here": 1, "offline": 1}
    assert "Last seen" in (hers.one(".person[data-user=bob] time").get_attribute("title") or "")
    hers.person("bob").click()
    eventually(lambda: "Offline · last seen just now" in hers.card())


# -- Larger rooms -----------------------------------------------------------------------------------------------------

CROWD = 230


@pytest.fixture
def crowd(general: Room) -> None:
    """Add many members to Alice and Bob's room."""
    people = User.objects.bulk_create(User(username=f"person-{number:03}") for number in range(CROWD))
    membership = {"room": general, "joined_at": timezone.now(), "version": general.version}
    Membership.objects.bulk_create(Membership(user=person, **membership) for person in people)


@pytest.mark.usefixtures("crowd")
def test_a_larger_room_has_counts_and_pages(
    tab: OpenTab, servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    server = servers(ROOMFUL_ROSTER_LENGTH="5")
    hers, his = tab(alice, on=server), tab(bob, on=server)
    hers.open_room(general)
    assert hers.counts() == {"here": 1, "offline": CROWD + 1}
    assert len(hers.all(".person")) == 100
    assert hers.one(".pager small").text == f"1–100 of {CROWD + 2}"
    assert hers.barriers() == []
    his.open_room(general)
    eventually(lambda: hers.counts() == {"here": 2, "offline": CROWD})

    more, previous = hers.one(".pager [data-step='1']"), hers.one(".pager [data-step='-1']")
    more.send_keys(Keys.ENTER)
    eventually(lambda: hers.one(".pager small").text == f"101–200 of {CROWD + 2}")
    more.send_keys(Keys.ENTER)
    eventually(lambda: len(hers.all(".person")) == CROWD + 2 - 200)
    assert more.get_attribute("aria-disabled") == "true"
    assert hers.counts() == {"here": 2, "offline": CROWD}
    previous.send_keys(Keys.ENTER)
    previous.send_keys(Keys.ENTER)
    eventually(lambda: hers.people("here") == ["alice", "bob"])
    assert hers.complaints() == []


@pytest.mark.usefixtures("crowd")
def test_in_a_larger_room_the_server_finds_people_and_keeps_them_live(
    tab: OpenTab, servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    server = servers(ROOMFUL_ROSTER_LENGTH="5")
    hers, his = tab(alice, on=server), tab(bob, on=server)
    hers.open_room(general)
    field = hers.one("room-roster input")
    field.send_keys("person-22")
    eventually(lambda: len(hers.people("offline")) == 10)
    assert "10 people" in hers.one("room-roster .note").text
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("bo")
    eventually(lambda: hers.people("offline") == ["bob"])
    his.open_room(general)
    assert hers.sees("bob")
    field.send_keys("x")
    eventually(lambda: "No people in this room match" in hers.one("room-roster .note").text)
    field.send_keys(Keys.CONTROL, "a", Keys.DELETE)
    assert hers.sees("alice", "bob")
