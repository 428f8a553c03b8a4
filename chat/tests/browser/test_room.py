"""Two users in a room, each with a real browser."""

from uuid import uuid4

import pytest

from accounts.models import User
from chat.models import Room
from chat.services.messages import posting
from chat.services.rooms import membership
from chat.tests.browser.pages import OpenTab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def birds(alice: User) -> Room:
    return membership.create_room(alice, "birds")


def test_a_message_is_seen_by_everyone_in_the_same_room(tab: OpenTab, alice: User, bob: User, general: Room) -> None:
    hers, his = tab(alice), tab(bob)
    for each in (hers, his):
        each.open_room(general)
    hers.say("Hello, Bob")
    assert his.shows("Hello, Bob")
    his.say("Hello, Alice")
    assert hers.shows("Hello, Alice")
    eventually(lambda: hers.stored() == his.stored() == ["Hello, Bob", "Hello, Alice"])
    author = his.one("article.message[data-author=alice]")
    assert "Alice" in author.text
    assert not hers.complaints() + his.complaints()


def test_a_message_is_not_seen_in_a_different_room(
    tab: OpenTab, alice: User, bob: User, general: Room, birds: Room
) -> None:
    membership.join(bob, birds.pk)
    hers, his = tab(alice), tab(bob)
    hers.open_room(general)
    his.open_room(birds)
    hers.say("Only in general")
    assert hers.shows("Only in general")
    assert his.one(f'a[data-room="{general.pk}"] .badge').text == "1"
    assert his.messages() == []


def test_people_see_each_other_come_and_go(tab: OpenTab, alice: User, bob: User, general: Room, birds: Room) -> None:
    membership.join(bob, birds.pk)
    hers, his = tab(alice), tab(bob)
    hers.open_room(general)
    assert hers.sees("alice")
    his.open_room(birds)
    assert hers.sees("bob", group="online")
    his.one(f'a[data-room="{general.pk}"]').click()
    assert hers.sees("alice", "bob")
    assert his.sees("alice", "bob")
    his.browser.quit()
    assert hers.sees("alice")
    assert hers.sees(group="online")


def test_a_second_tab_adds_no_second_entry_and_closing_the_last_removes_it(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    hers, his = tab(alice), tab(bob)
    hers.open_room(general)
    his.open_room(general)
    first = his.browser.current_window_handle
    his.browser.switch_to.new_window("tab")
    his.open_room(general)
    assert hers.sees("alice", "bob")
    his.browser.close()
    his.browser.switch_to.window(first)
    his.say("Still here with one tab")
    assert hers.shows("Still here with one tab")
    assert hers.people("here") == ["alice", "bob"]
    his.go("/accounts/logout/")  # a page without a socket, treated as offline
    assert hers.sees("alice")


def test_reloading_is_neither_a_leave_nor_a_join(tab: OpenTab, alice: User, bob: User, general: Room) -> None:
    hers, his = tab(alice), tab(bob)
    hers.open_room(general)
    his.open_room(general)
    assert hers.sees("alice", "bob")
    hers.browser.execute_script(
        """
        window.seen = [];
        new MutationObserver(() => window.seen.push(document.querySelectorAll("[data-group=here] .person").length))
            .observe(document.body, { childList: true, subtree: true });
        """
    )
    his.open_room(general)
    his.say("Back again")
    assert hers.shows("Back again")
    assert set(hers.read("window.seen")) == {2}


def test_a_draft_survives_a_reload(tab: OpenTab, alice: User, general: Room, birds: Room) -> None:
    page = tab(alice)
    page.open_room(general)
    page.write("Half a thou")
    page.open_room(birds)
    assert page.one("textarea[name=body]").get_attribute("value") == ""
    page.open_room(general)
    assert page.one("textarea[name=body]").get_attribute("value") == "Half a thou"


def test_switching_rooms_keeps_the_socket_and_the_way_back(
    tab: OpenTab, alice: User, general: Room, birds: Room
) -> None:
    posting.post_message(alice, general.pk, body="In general", client_id=uuid4())
    posting.post_message(alice, birds.pk, body="Among birds", client_id=uuid4())
    page = tab(alice)
    page.open_room(general)
    page.browser.execute_script("window.sameDocument = true")
    page.one(f'a[data-room="{birds.pk}"]').click()
    assert page.shows("Among birds")
    assert page.browser.current_url.endswith(birds.get_absolute_url())
    page.browser.back()
    assert page.shows("In general")
    assert page.read("window.sameDocument") is True


def test_a_member_who_leaves_is_shown_the_join_page(tab: OpenTab, bob: User, general: Room) -> None:
    page = tab(bob)
    page.open_room(general)
    membership.leave(bob, general.pk)
    # A member who left without this page sees it at the next load.
    page.go(general.get_absolute_url())
    assert page.one("form[action$='/join/'] button").is_displayed()
