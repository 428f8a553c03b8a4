"""Two people in a room, each with a real browser."""

import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from selenium.webdriver import Keys

from accounts.models import User
from chat.models import Message, Room
from chat.services import messages, rooms
from chat.tests.browser.pages import OpenTab
from project.testing.length import Length
from project.testing.processes import Server, Valkey
from project.testing.rows import Measured
from project.testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def birds(alice: User) -> Room:
    return rooms.create_room(alice, "birds")


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
    rooms.join(bob, birds.pk)
    hers, his = tab(alice), tab(bob)
    hers.open_room(general)
    his.open_room(birds)
    hers.say("Only in general")
    assert hers.shows("Only in general")
    assert his.one(f'a[data-room="{general.pk}"] .badge').text == "1"
    assert his.messages() == []


def test_people_see_each_other_come_and_go(tab: OpenTab, alice: User, bob: User, general: Room, birds: Room) -> None:
    rooms.join(bob, birds.pk)
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
    his.go("/accounts/logout/")  # a page without a socket, as good as none
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


def test_older_messages_load_as_one_scrolls_up(tab: OpenTab, alice: User, general: Room) -> None:
    for number in range(120):
        messages.post_message(alice, general.pk, body=f"Message {number}", client_id=uuid4())
    page = tab(alice)
    page.open_room(general)
    assert page.stored()[-1] == "Message 119"
    assert len(page.stored()) < 120

    def reaches_the_first() -> bool:
        page.browser.execute_script("document.querySelector('[role=log]').scrollTop = 0")
        return page.stored()[0] == "Message 0"

    eventually(reaches_the_first, within=15)
    assert page.stored() == [f"Message {number}" for number in range(120)]


def test_html_in_a_message_is_shown_as_text(tab: OpenTab, alice: User, general: Room) -> None:
    body = "<img src=x onerror=\"document.title='gone'\"> <b>bold</b> javascript:alert(1) https://example.org/?a=1&b=2"
    page = tab(alice)
    page.open_room(general)
    page.say(body)
    assert page.shows(body)
    assert page.all("article.message .body img, article.message .body b") == []
    (link,) = page.all("article.message .body a")
    assert link.get_attribute("href") == "https://example.org/?a=1&b=2"
    assert "noopener" in (link.get_attribute("rel") or "")
    assert page.read("document.title") != "gone"


MARKDOWN = """\
Look at **this**, `rc.2` and https://example.org:

> a quote

- one
- two

```python
@cache
def answer(why: str) -> int:
    \"\"\"To everything.\"\"\"
    return 42 + len(why)  # more or less, and this line is long enough to be scrolled to the side on every screen that \
there is, or else it would have to be longer still
```
```diff
-one
+two
```"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_markdown_is_shown_and_can_be_read_by_all(tab: OpenTab, alice: User, general: Room, scheme: str) -> None:
    messages.post_message(alice, general.pk, body=MARKDOWN, client_id=uuid4())
    messages.post_message(alice, general.pk, body="waves *twice*", client_id=uuid4(), kind="action")
    page = tab(alice)
    page.prefers(scheme)
    page.open_room(general)
    for shown in ("strong", "code", "a[target=_blank]", "blockquote p", "ul li p", "pre .k", "pre .c", "em"):
        assert page.all(f".message .body {shown}"), shown
    assert page.read(
        "document.querySelector('.body pre').scrollWidth > document.querySelector('.body pre').clientWidth"
    )
    assert page.read("document.querySelector('.log').scrollWidth === document.querySelector('.log').clientWidth")
    assert page.barriers() == []
    assert page.complaints() == []


def test_slash_me_sends_an_action_and_shift_enter_makes_a_new_line(tab: OpenTab, alice: User, general: Room) -> None:
    page = tab(alice)
    page.open_room(general)
    page.say("/me waves")
    assert page.shows("waves")
    page.write("one").send_keys(Keys.SHIFT, Keys.ENTER)
    page.say("two")
    assert page.shows("one\ntwo")
    stored = Message.objects.exclude(kind="notice").order_by("position").values_list("kind", "body")
    assert list(stored) == [("action", "waves"), ("text", "one\ntwo")]


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
    messages.post_message(alice, general.pk, body="In general", client_id=uuid4())
    messages.post_message(alice, birds.pk, body="Among birds", client_id=uuid4())
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
    rooms.leave(bob, general.pk)
    # Whoever left by another way finds out at the next look.
    page.go(general.get_absolute_url())
    assert page.one("form[action$='/join/'] button").is_displayed()


@pytest.mark.row(14)
def test_presence_that_is_unavailable_is_not_shown_as_nobody(
    tab: OpenTab, alice: User, bob: User, general: Room, valkey: Valkey, length: Length, measured: Measured
) -> None:
    hers, his = tab(alice), tab(bob)
    for page in (hers, his):
        page.open_room(general)
    assert hers.sees("alice", "bob")
    his.browser.set_window_size(500, 800)  # where the sidebar is out of sight
    away_until = time.monotonic() + length.pick(full=30, short=0)
    valkey.stop()
    try:
        for page in (hers, his):
            assert page.says("Messages still arrive.")
            assert page.people("here") == ["alice", "bob"]  # as it was
        said = 0
        while said < 2 or time.monotonic() < away_until:
            hers.say(f"We still talk {said}")
            assert his.shows(f"We still talk {said}")
            said += 1
    finally:
        valkey.start()
    with measured.time("until a page says so no more", within=10):
        for page in (hers, his):
            assert page.says_no_more("Messages still arrive.")
            assert page.sees("alice", "bob")
            assert page.stored() == [f"We still talk {number}" for number in range(said)]


def test_messages_over_the_rate_limit_are_sent_later_in_order(
    tab: OpenTab, servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    """For longer than a message that is refused for another reason is tried again."""
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
    eventually(lambda: "too many tabs" in another.one(".banner").text, within=10)
    hers.say("The first one stays")
    assert hers.shows("The first one stays")
    hers.go("/accounts/logout/")  # a page without a socket

    def is_let_in() -> bool:
        for button in another.all(".banner button"):
            button.click()
        return another.connection == "open"

    eventually(is_let_in, within=15)
    assert another.shows("The first one stays")
