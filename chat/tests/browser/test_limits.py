"""Limits of messages and of tabs, in a real browser."""

from collections.abc import Callable

import pytest

from accounts.models import User
from chat.models import Room
from chat.tests.browser.pages import OpenTab
from testing.processes import Server
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_messages_over_the_rate_limit_are_sent_later_in_order(
    tab: OpenTab, servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    # Retries for the rate limit go on for longer than those after other errors.
    slow = servers(ROOMFUL_POSTS_BURST="2", ROOMFUL_POSTS_PER_MINUTE="20")
    hers, his = tab(alice, on=slow), tab(bob, on=slow)
    hers.open_room(general)
    his.open_room(general)
    said = [f"Message {number}" for number in range(10)]
    for text in said:
        hers.say(text)
    eventually(lambda: hers.messages() == said)
    assert hers.stored() != said
    assert hers.all("article.message[data-pending]")
    his.say("Bob goes on")
    assert hers.shows("Bob goes on")
    assert his.shows(said[-1], within=50)
    assert hers.shows(said[-1])
    eventually(lambda: [text for text in hers.stored() if text != "Bob goes on"] == said)
    stored = general.messages.filter(author=alice).order_by("position")
    assert [message.body for message in stored] == said
    assert not hers.all("article.message[data-failed]")
    assert not hers.all("article.message[data-pending]")
    assert hers.complaints() == []


def test_a_tab_over_the_limit_says_so_and_connects_when_another_is_closed(
    tab: OpenTab, servers: Callable[..., Server], alice: User, general: Room
) -> None:
    server = servers(ROOMFUL_SOCKETS="1")
    hers, another = tab(alice, on=server), tab(alice, on=server)
    hers.open_room(general)
    another.go(general.get_absolute_url())
    eventually(lambda: "Too many tabs" in another.one(".banner").text, within=10)
    hers.say("The first one stays")
    assert hers.shows("The first one stays")
    hers.go("/accounts/logout/")  # page without a socket

    def is_let_in() -> bool:
        for button in another.all(".banner button"):
            button.click()
        return another.connection == "open"

    eventually(is_let_in, within=15)
    assert another.shows("The first one stays")
