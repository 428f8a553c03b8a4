"""JSON endpoints for an open room page: history, threads, edits, pins, members."""

from typing import Any

import pytest

from accounts.models import User
from chat.models import Message, Room
from chat.services import editing, pins, rooms, threads
from chat.tests.helpers.lookups import ask, bodies, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def root(alice: User, bob: User, general: Room) -> Message:
    """With three replies of Bob's."""
    root = say(alice, general, "What do you think?")
    for number in range(3):
        say(bob, general, f"Reply {number}", thread=root.pk)
    return root


@pytest.fixture
def _short_pages(settings: Any) -> None:
    settings.CHAT = {**settings.CHAT, "PAGE_LENGTH": 4}


def test_outsiders_are_told_nothing(alice: User, mallory: User, secret: Room) -> None:
    root = say(alice, secret)
    say(alice, secret, thread=root.pk)
    addresses: list[tuple[str, list[int], dict[str, int]]] = [
        ("history", [], {"before": 99}),
        ("history", [], {"around": 1}),
        ("thread", [root.pk], {}),
        ("edits", [root.pk], {}),
        ("pins", [], {}),
        ("threads", [], {}),
        ("members", [], {}),
    ]
    for name, ids, query in addresses:
        assert isinstance(ask(alice, name, secret.pk, *ids, **query), dict)
        assert ask(mallory, name, secret.pk, *ids, **query) == ask(mallory, name, 999_999, *ids, **query) == 404


def test_the_thread_and_edits_of_a_message_are_found_only_in_its_room(
    alice: User, general: Room, secret: Room, root: Message
) -> None:
    assert ask(alice, "thread", general.pk, root.pk)["root"]["id"] == root.pk
    assert ask(alice, "thread", secret.pk, root.pk) == ask(alice, "edits", secret.pk, root.pk) == 404


class TestHistory:
    def test_history_has_no_replies(self, alice: User, general: Room, root: Message) -> None:
        assert bodies(ask(alice, "history", general.pk, before=999))[-1] == "What do you think?"

    @pytest.mark.usefixtures("_short_pages")
    def test_history_around_a_position_has_both_sides(self, alice: User, general: Room) -> None:
        said = [say(alice, general, str(number)) for number in range(9)]
        page = ask(alice, "history", general.pk, around=said[4].position)
        assert (bodies(page), page["more"], page["later"]) == (["3", "4", "5", "6"], True, True)
        page = ask(alice, "history", general.pk, around=said[8].position)
        assert (bodies(page), page["more"], page["later"]) == (["7", "8"], True, False)

    @pytest.mark.parametrize("around", ["", "x", "-1", "9" * 30])
    def test_history_around_an_invalid_position_is_refused(self, alice: User, general: Room, around: str) -> None:
        assert ask(alice, "history", general.pk, around=1)["messages"]
        assert ask(alice, "history", general.pk, around=around) == ask(alice, "history", general.pk) == 400


class TestThreads:
    def test_a_thread_is_read_from_the_latest_reply_back(
        self, alice: User, general: Room, root: Message, settings: Any
    ) -> None:
        settings.CHAT = {**settings.CHAT, "PAGE_LENGTH": 2}
        page = ask(alice, "thread", general.pk, root.pk)
        assert (bodies(page), page["more"], page["root"]["replies"]["count"]) == (["Reply 1", "Reply 2"], True, 3)
        page = ask(alice, "thread", general.pk, root.pk, before=page["messages"][0]["position"])
        assert (bodies(page), page["more"]) == (["Reply 0"], False)

    def test_a_thread_says_how_far_the_user_has_read(
        self, alice: User, general: Room, root: Message, mallory: User
    ) -> None:
        assert ask(alice, "thread", general.pk, root.pk)["last_read"] == root.position
        rooms.join(mallory, general.pk)
        assert ask(mallory, "thread", general.pk, root.pk)["last_read"] is None

    def test_the_threads_of_a_user_are_listed_by_their_latest_reply(
        self, alice: User, bob: User, general: Room, root: Message, mallory: User
    ) -> None:
        other = say(bob, general, "Another thing")
        first = say(alice, general, thread=other.pk)
        found = ask(alice, "threads", general.pk)["threads"]
        assert [(entry["message"]["id"], entry["unread"]) for entry in found] == [(other.pk, 0), (root.pk, 3)]
        threads.mark_thread_read(alice, general.pk, root.pk, first.position)
        assert ask(alice, "threads", general.pk)["threads"][1]["unread"] == 0
        rooms.join(mallory, general.pk)
        assert ask(mallory, "threads", general.pk)["threads"] == []


def test_edits_say_what_a_message_said_before(alice: User, bob: User, general: Room) -> None:
    message = say(alice, general, "Helo")
    editing.edit_message(alice, general.pk, message.pk, "Hello")
    assert [edit["body"] for edit in ask(bob, "edits", general.pk, message.pk)["edits"]] == ["Helo"]
    editing.delete_message(alice, general.pk, message.pk)
    assert ask(bob, "edits", general.pk, message.pk)["edits"] == []


def test_pins_are_listed_the_latest_first(alice: User, bob: User, general: Room) -> None:
    first, second, _unpinned = say(alice, general, "1"), say(alice, general, "2"), say(alice, general, "3")
    for message in (second, first):
        pins.pin(bob, general.pk, message.pk)
    assert bodies(ask(alice, "pins", general.pk)) == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "found"),
    [("b", ["bob"]), ("BO", ["bob"]), ("", ["alice", "bob"]), ("x\0", [])],
    ids=["b", "BO", "empty", "with NUL"],
)
def test_members_are_found_by_the_beginning_of_a_name(
    alice: User, mallory: User, general: Room, text: str, found: list[str]
) -> None:
    people = ask(alice, "members", general.pk, q=text)["people"]
    assert [person["username"] for person in people] == found


def test_members_are_found_by_any_word_of_their_names(alice: User, bob: User, general: Room) -> None:
    bob.display_name = "Robert Tables"
    bob.save()
    assert [person["name"] for person in ask(alice, "members", general.pk, q="tab")["people"]] == ["Robert Tables"]
    assert ask(alice, "members", general.pk, q="ables")["people"] == []
