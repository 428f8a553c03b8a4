"""Pages in a real browser while the server or Redis is away."""

import time
from collections.abc import Callable

import pytest

from accounts.models import User
from chat.models import Room
from chat.tests.browser.pages import OpenTab
from testing.length import Length
from testing.processes import Server, Valkey
from testing.rows import Measured
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_server_that_is_killed_loses_nothing(
    tab: OpenTab, server: Server, alice: User, bob: User, general: Room
) -> None:
    hers, his = tab(alice), tab(bob)
    for each in (hers, his):
        each.open_room(general)
    hers.say("Before")
    assert his.shows("Before")

    server.kill()
    eventually(lambda: {hers.connection, his.connection} == {"closed"}, within=10)
    hers.say("While it was away")
    eventually(lambda: hers.messages() == ["Before", "While it was away"])
    assert hers.stored() == ["Before"]
    assert hers.all("article.message[data-pending]")

    server.start()
    assert his.shows("While it was away", within=30)
    his.say("And after")
    assert hers.shows("And after", within=30)
    eventually(lambda: hers.stored() == his.stored() == ["Before", "While it was away", "And after"])
    stored = general.messages.exclude(kind="notice").order_by("position")
    assert [message.body for message in stored] == hers.stored()
    assert hers.sees("alice", "bob", within=20)
    assert his.sees("alice", "bob", within=20)

    server.kill()
    eventually(lambda: hers.connection == "closed", within=10)
    hers.say("Before a reload")
    eventually(lambda: hers.all("article.message[data-pending]"))
    hers.browser.get("about:blank")
    server.start()
    hers.open_room(general)
    assert his.shows("Before a reload", within=30)
    eventually(lambda: hers.stored()[-1] == "Before a reload")
    assert general.messages.filter(body="Before a reload").count() == 1


def test_a_connection_that_swallows_everything_is_noticed(
    tab: OpenTab, server: Server, alice: User, general: Room
) -> None:
    page = tab(alice)
    page.open_room(general)
    for event, within in (("online", 10), (None, 25)):
        eventually(lambda: page.connection == "open", within=30)
        server.pause()  # its system still accepts data, and nothing answers
        try:
            if event:  # as when the machine wakes in another network
                page.browser.execute_script("dispatchEvent(new Event(arguments[0]))", event)
            eventually(lambda: page.connection != "open", within)
        finally:
            server.resume()
    eventually(lambda: page.connection == "open", within=30)
    page.say("Back again")
    assert page.shows("Back again", within=10)


def test_messages_sent_while_a_page_was_cut_off_arrive_in_order(
    tab: OpenTab, servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    other = servers()
    hers, his = tab(alice), tab(bob, on=other)
    hers.open_room(general)
    his.open_room(general)
    other.kill()
    for number in range(3):
        hers.say(f"Message {number}")
    assert hers.shows("Message 2")
    other.start()
    assert his.shows("Message 2", within=30)
    assert his.stored() == ["Message 0", "Message 1", "Message 2"]


@pytest.mark.row(14)
def test_presence_that_is_unavailable_is_not_shown_as_nobody(
    tab: OpenTab, alice: User, bob: User, general: Room, valkey: Valkey, length: Length, measured: Measured
) -> None:
    hers, his = tab(alice), tab(bob)
    for page in (hers, his):
        page.open_room(general)
    assert hers.sees("alice", "bob")
    his.browser.set_window_size(500, 800)  # narrow enough to hide the sidebar
    away_until = time.monotonic() + length.pick(full=30, short=0)
    valkey.stop()
    try:
        for page in (hers, his):
            assert page.says("Messages still work.")
            assert page.people("here") == ["alice", "bob"]  # unchanged
        said = 0
        while said < 2 or time.monotonic() < away_until:
            hers.say(f"We still talk {said}")
            assert his.shows(f"We still talk {said}")
            said += 1
    finally:
        valkey.start()
    with measured.time("until a page says so no more", within=10):
        for page in (hers, his):
            assert page.says_no_more("Messages still work.")
            assert page.sees("alice", "bob")
            assert page.stored() == [f"We still talk {number}" for number in range(said)]
