"""The parts of a room that a screen reader announces, and those that it does not."""

import re
from uuid import uuid4

import pytest

from accounts.models import User
from chat.models import Room
from chat.services.messages import posting, reactions
from chat.tests.browser.pages import OpenTab, Tab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Notes the time and text of each announcement.
LISTEN = """
window.heard = [];
const region = document.querySelector("reaction-news [role=status]");
new MutationObserver(() => window.heard.push([performance.now(), region.textContent]))
    .observe(region, { childList: true, characterData: true, subtree: true });
"""

# Notes if the log was busy (aria-busy) when messages came into it, and once they were painted.
WATCH = """
window.busy = [];
const log = document.querySelector("main .log");
new MutationObserver((changes) => {
    if (!changes.some(({ addedNodes }) => [...addedNodes].some((node) => node.querySelector?.("article")))) return;
    const note = () => window.busy.push(log.ariaBusy);
    note();
    requestAnimationFrame(note);
}).observe(log, { childList: true, subtree: true });
"""


def post(author: User, room: Room, body: str) -> int:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4()).pk


def heard(page: Tab) -> list[str]:
    return [words for _, words in page.read("window.heard")]


def told(words: str) -> int:
    """Return the number of reactions in an announcement."""
    number = re.fullmatch(r"(\d+) reactions to your messages", words)
    return int(number[1]) if number else words.startswith("Bob reacted ")


def test_a_reaction_to_ones_own_message_is_announced_with_who_and_which(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    mine, spoilt, his = (
        post(alice, general, "214 terns"),
        post(alice, general, "It was ||you||"),
        post(bob, general, "a"),
    )
    page = tab(alice)
    page.open_room(general)
    page.browser.execute_script(LISTEN)
    reactions.add_reaction(bob, general.pk, his, "🎉")  # on a message that is not hers
    reactions.add_reaction(alice, general.pk, mine, "👀")  # her own reaction
    reactions.add_reaction(bob, general.pk, mine, "👍")
    eventually(lambda: heard(page) == ["Bob reacted 👍 to your message: 214 terns"])
    reactions.remove_reaction(bob, general.pk, mine, "👍")
    reactions.add_reaction(bob, general.pk, spoilt, "👎")
    eventually(lambda: heard(page)[1:] == ["Bob reacted 👎 to your message: It was ▒▒▒"])
    for emoji in ("🎈", "🎂", "🎁"):
        reactions.add_reaction(bob, general.pk, mine, emoji)
    eventually(lambda: sum(map(told, heard(page)[2:])) == 3)
    first, *others = (at for at, _ in page.read("window.heard"))
    for at in others:
        assert at - first >= 1900
        first = at
    assert page.one("main .reactions").get_attribute("aria-live") == "off"  # numbers alone say little
    assert page.complaints() == []


def test_older_messages_are_not_read_out_as_they_come(tab: OpenTab, alice: User, general: Room) -> None:
    for number in range(120):
        post(alice, general, str(number))
    page = tab(alice)
    page.open_room(general)
    eventually(lambda: page.one("main .log").get_attribute("aria-busy") == "false")
    page.browser.execute_script(WATCH)
    page.browser.execute_script("document.querySelector('main .log').scrollTop = 0")
    eventually(
        lambda: "0" in page.stored() or page.browser.execute_script("document.querySelector('main .log').scrollTop = 0")
    )
    noted = page.read("window.busy")
    assert len(noted) >= 2
    assert set(noted) == {"true"}
    eventually(lambda: page.one("main .log").get_attribute("aria-busy") == "false")
