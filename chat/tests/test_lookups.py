"""JSON endpoints for an open room page: history, threads, edits, pins, members."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from chat.models import Message, Room
from chat.permissions.actor import Actor
from chat.queries import pagination
from chat.services.messages import editing, pins, threads
from chat.services.moderation import mutes
from chat.services.rooms import membership
from chat.tests.helpers.lookups import ask, bodies, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def root(alice: User, bob: User, general: Room) -> Message:
    """Create the root of a thread, with three replies from Bob."""
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
        ("history", [], {"after": 0}),
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

    @pytest.mark.usefixtures("_short_pages")
    def test_history_after_a_position_leads_page_by_page_to_the_latest(
        self, alice: User, general: Room, root: Message
    ) -> None:
        said = [say(alice, general, str(number)) for number in range(6)]
        replies = [say(alice, general, str(number), thread=root.pk) for number in range(5)]
        page = ask(alice, "history", general.pk, after=said[0].position)
        assert (bodies(page), page["later"]) == (["1", "2", "3", "4"], True)
        page = ask(alice, "history", general.pk, after=page["messages"][-1]["position"])
        assert (bodies(page), page["later"]) == (["5"], False)
        page = ask(alice, "thread", general.pk, root.pk, after=replies[0].position)
        assert (bodies(page), page["later"]) == (["1", "2", "3", "4"], False)
        assert bodies(ask(alice, "thread", general.pk, root.pk, after=replies[4].position)) == []
        page = ask(alice, "thread", general.pk, root.pk, around=replies[1].position)
        assert (bodies(page), page["more"], page["later"]) == (["0", "1", "2", "3"], True, True)

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
        membership.join(mallory, general.pk)
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
        membership.join(mallory, general.pk)
        assert ask(mallory, "threads", general.pk)["threads"] == []


def test_edits_say_what_a_message_said_before(alice: User, bob: User, general: Room) -> None:
    message = say(alice, general, "Helo")
    editing.edit_message(alice, general.pk, message.pk, "Hello")
    assert [edit["body"] for edit in ask(bob, "edits", general.pk, message.pk)["edits"]] == ["Helo"]
    editing.delete_own_message(alice, general.pk, message.pk)
    assert ask(bob, "edits", general.pk, message.pk)["edits"] == []


class TestLongTexts:
    """Answers in pages of bounded text: here each page has room for two of the texts."""

    @pytest.fixture(autouse=True)
    def _small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pagination, "PAGE_CHARACTERS", 1_000)

    def test_edits_are_read_page_by_page(self, alice: User, bob: User, general: Room) -> None:
        said = [str(number) * 400 for number in range(6)]
        message = say(alice, general, said[0])
        for body in said[1:]:
            editing.edit_message(alice, general.pk, message.pk, body)
        pages = [ask(bob, "edits", general.pk, message.pk)]
        while pages[-1]["more"]:
            pages.append(ask(bob, "edits", general.pk, message.pk, after=pages[-1]["edits"][-1]["id"]))
        assert [[edit["body"] for edit in page["edits"]] for page in pages] == [said[0:2], said[2:4], said[4:5]]
        assert ask(bob, "edits", general.pk, message.pk, after="x") == 400

    def test_pins_and_threads_are_read_page_by_page(self, alice: User, bob: User, general: Room) -> None:
        said = [say(alice, general, str(number) * 230) for number in range(5)]
        for message in said:
            pins.pin(alice, general.pk, message.pk)
            say(bob, general, thread=message.pk)
        latest_first = [message.body for message in reversed(said)]
        for name in ("pins", "threads"):
            pages = [ask(alice, name, general.pk)]
            while pages[-1]["older"]:
                pages.append(ask(alice, name, general.pk, before=pages[-1]["older"]))
            lists = [page.get("messages") or [thread["message"] for thread in page["threads"]] for page in pages]
            read = [[message["body"] for message in messages] for messages in lists]
            assert read == [latest_first[0:2], latest_first[2:4], latest_first[4:]]
            assert ask(alice, name, general.pk, before="x") == 400

    def test_a_page_of_history_has_fewer_messages_where_they_are_long(self, alice: User, general: Room) -> None:
        said = [say(alice, general, str(number) * 230) for number in range(5)]
        page = ask(alice, "history", general.pk, before=999)
        assert (bodies(page), page["more"]) == ([said[3].body, said[4].body], True)
        page = ask(alice, "history", general.pk, before=page["messages"][0]["position"])
        assert bodies(page) == [said[1].body, said[2].body]
        around = ask(alice, "history", general.pk, around=said[2].position)
        assert bodies(around) == [message.body for message in said[1:]]
        assert (around["more"], around["later"]) == (True, False)

    def test_a_text_that_fills_more_than_a_page_is_a_page(self, alice: User, general: Room) -> None:
        long = say(alice, general, "x" * 3_000)
        pins.pin(alice, general.pk, long.pk)
        assert bodies(ask(alice, "pins", general.pk)) == [long.body]
        assert bodies(ask(alice, "history", general.pk, before=999)) == [long.body]


def test_answers_are_as_long_as_their_texts_in_utf_8(alice: User, general: Room, client: Client) -> None:
    say(alice, general, "日本語" * 1_000)
    client.force_login(alice)
    answer = client.get(reverse("chat:history", args=[general.pk]), {"before": 999})
    assert len(answer.content) < 20_000  # body and html have 9,000 bytes each; as escapes, 18,000
    assert bodies(answer.json())[-1] == "日本語" * 1_000


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


@pytest.mark.parametrize(
    ("name", "typed"), [("Ольга", "ольга"), ("Núñez", "nunez"), ("Straße", "STRASSE"), ("김철수", "철")]
)
def test_a_name_is_found_in_the_same_way_wherever_people_are_looked_for(
    alice: User, bob: User, general: Room, client: Client, name: str, typed: str
) -> None:
    bob.display_name = name
    bob.save()
    mutes.mute(Actor(alice), general.pk, bob.pk, until=timezone.now() + timedelta(hours=1))
    client.force_login(alice)
    for word, is_found in ((typed, True), ("zoe", False)):
        assert bool(ask(alice, "members", general.pk, q=word)["people"]) is is_found
        assert bool(ask(alice, "people", q=word)["people"]) is is_found
        for page in ("members", "moderation"):
            shown = client.get(reverse(f"chat:room-settings:{page}", args=[general.pk]), {"q": word})
            assert (name in shown.content.decode()) is is_found
