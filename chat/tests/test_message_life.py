"""Messages after they were posted: edits, deletion, quotes, reactions, pins."""

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import User
from chat.errors import Edited, Forbidden, Invalid, NotFound, Refused
from chat.models import Message, Room
from chat.permissions.actor import Actor
from chat.protocol.events import message_card
from chat.services.messages import editing, pins, posting, reactions
from chat.services.moderation import moderation
from chat.services.rooms import membership

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carol(db: None) -> User:
    return User.objects.create_user("carol")


def post(author: User, room: Room, body: str = "Hello", **details: Any) -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details)


def card_of(message: Message) -> dict[str, Any]:
    return message_card(Message.objects.for_cards().get(pk=message.pk))


def refuses(error: type[Refused], act: Callable[..., Any], *args: Any) -> bool:
    with pytest.raises(error):
        act(*args)
    return True


class TestEditing:
    def test_editing_changes_the_body_and_keeps_the_earlier_ones(self, alice: User, general: Room) -> None:
        message = post(alice, general, "Helo")
        version = Room.objects.get(pk=general.pk).version
        editing.edit_message(alice, general.pk, message.pk, "Hello")
        editing.edit_message(alice, general.pk, message.pk, "*Hello*")
        card = card_of(message)
        assert (card["body"], card["html"]) == ("*Hello*", "<p><em>Hello</em></p>")
        assert card["position"] == message.position
        assert card["version"] == version + 2
        first, second = message.edits.order_by("pk")
        assert (first.body, first.written_at) == ("Helo", message.created_at)
        assert (second.body, second.written_at > first.written_at) == ("Hello", True)

    def test_of_many_edits_the_first_and_the_latest_versions_are_kept(
        self, alice: User, general: Room, settings: Any
    ) -> None:
        settings.CHAT = {**settings.CHAT, "EDITS_KEPT": 2}
        message = post(alice, general, "0")
        for number in range(1, 6):
            editing.edit_message(alice, general.pk, message.pk, str(number))
        assert list(message.edits.order_by("pk").values_list("body", flat=True)) == ["0", "3", "4"]
        again = posting.post_message(alice, general.pk, body="0", client_id=message.client_id)
        assert again.body == "5"  # the first text with this client id counts

    def test_editing_to_the_same_body_changes_nothing(self, alice: User, general: Room) -> None:
        message = post(alice, general)
        assert editing.edit_message(alice, general.pk, message.pk, "Hello").version == message.version
        assert "edited_at" not in card_of(message)

    def test_only_the_author_edits_a_message(self, alice: User, bob: User, mallory: User, general: Room) -> None:
        message = post(bob, general)
        assert editing.edit_message(bob, general.pk, message.pk, "Mine").body == "Mine"
        assert refuses(Forbidden, editing.edit_message, alice, general.pk, message.pk, "Hers")
        assert refuses(NotFound, editing.edit_message, mallory, general.pk, message.pk, "Nobody's")
        membership.leave(bob, general.pk)
        assert refuses(NotFound, editing.edit_message, bob, general.pk, message.pk, "Gone")

    @pytest.mark.parametrize("body", ["", " ", "a\0b"])
    def test_editing_to_an_empty_or_invalid_text_is_refused(self, alice: User, general: Room, body: str) -> None:
        message = post(alice, general)
        assert refuses(Invalid, editing.edit_message, alice, general.pk, message.pk, body)
        assert card_of(message)["body"] == "Hello"

    def test_an_edit_based_on_words_that_were_changed_since_is_a_conflict_and_changes_nothing(
        self, alice: User, bob: User, general: Room
    ) -> None:
        message = post(alice, general, "one")
        seen = message.version
        two = editing.edit_message(alice, general.pk, message.pk, "two", based_on=seen)
        with pytest.raises(Edited) as refused:
            editing.edit_message(alice, general.pk, message.pk, "three", based_on=seen)
        assert message_card(refused.value.message) == card_of(message)
        assert card_of(message)["body"] == "two"
        assert editing.edit_message(alice, general.pk, message.pk, "two", based_on=seen).version == two.version
        assert editing.edit_message(alice, general.pk, message.pk, "three", based_on=two.version).body == "three"
        # older clients send no version
        assert editing.edit_message(alice, general.pk, message.pk, "four").body == "four"

    def test_what_is_no_edit_does_not_conflict_with_one(self, alice: User, bob: User, general: Room) -> None:
        message = post(alice, general, "one")
        reactions.add_reaction(bob, general.pk, message.pk, "👍")
        pins.pin(bob, general.pk, message.pk)
        post(bob, general, "reply", thread=message.pk)
        assert editing.edit_message(alice, general.pk, message.pk, "two", based_on=message.version).body == "two"

    def test_a_notice_is_nobodys_to_edit(self, bob: User, general: Room) -> None:
        notice = general.messages.get(notice__what="joined")
        assert notice.author == bob
        assert refuses(Forbidden, editing.edit_message, bob, general.pk, notice.pk, "Never did")

    def test_a_message_cannot_be_edited_through_another_room(
        self, alice: User, bob: User, general: Room, secret: Room
    ) -> None:
        message = post(alice, general)
        assert refuses(NotFound, editing.edit_message, alice, secret.pk, message.pk, "Elsewhere")

    def test_a_post_that_is_retried_after_an_edit_is_still_the_same_message(self, alice: User, general: Room) -> None:
        message = post(alice, general, "First")
        editing.edit_message(alice, general.pk, message.pk, "Second")
        again = posting.post_message(alice, general.pk, body="First", client_id=message.client_id)
        assert message_card(again) == card_of(message)
        with pytest.raises(Refused, match="different text"):
            posting.post_message(alice, general.pk, body="Third", client_id=message.client_id)


class TestDeleting:
    def test_deleting_leaves_a_tombstone_without_content(self, alice: User, bob: User, general: Room) -> None:
        quoted = post(bob, general)
        message = post(alice, general, "Secret, @bob", quote=quoted.pk)
        editing.edit_message(alice, general.pk, message.pk, "More secret")
        reactions.add_reaction(bob, general.pk, message.pk, "👍")
        pins.pin(alice, general.pk, message.pk)
        editing.delete_own_message(alice, general.pk, message.pk)
        card = card_of(message)
        assert (card["body"], card["html"]) == ("", "")
        assert card["deleted"]["by"]["username"] == "alice"
        assert not card.keys() & {"edited_at", "reactions", "pinned", "quote"}
        assert not message.edits.exists()

    def test_only_the_author_and_moderators_delete_a_message(
        self, alice: User, bob: User, carol: User, mallory: User, general: Room
    ) -> None:
        membership.join(carol, general.pk)
        his, her = post(bob, general), post(alice, general)
        assert refuses(Forbidden, editing.delete_own_message, carol, general.pk, his.pk)
        assert refuses(Forbidden, editing.delete_own_message, bob, general.pk, her.pk)
        assert refuses(NotFound, editing.delete_own_message, mallory, general.pk, his.pk)
        assert moderation.delete_message(Actor(alice), general.pk, his.pk).is_deleted  # she owns the room
        another = post(bob, general)
        assert editing.delete_own_message(bob, general.pk, another.pk).is_deleted

    def test_deleting_twice_is_the_same_as_once(self, alice: User, general: Room) -> None:
        message = post(alice, general)
        first = editing.delete_own_message(alice, general.pk, message.pk)
        assert message_card(editing.delete_own_message(alice, general.pk, message.pk)) == message_card(first)

    def test_nothing_can_be_done_to_a_tombstone(self, alice: User, general: Room) -> None:
        message = post(alice, general)
        editing.delete_own_message(alice, general.pk, message.pk)
        assert refuses(NotFound, editing.edit_message, alice, general.pk, message.pk, "Back")
        assert refuses(NotFound, reactions.add_reaction, alice, general.pk, message.pk, "👍")
        assert refuses(NotFound, pins.pin, alice, general.pk, message.pk)
        with pytest.raises(NotFound):
            post(alice, general, quote=message.pk)
        with pytest.raises(Invalid):
            post(alice, general, thread=message.pk)

    def test_a_post_that_is_retried_does_not_bring_a_deleted_message_back(self, alice: User, general: Room) -> None:
        message = post(alice, general, "Gone")
        editing.delete_own_message(alice, general.pk, message.pk)
        again = posting.post_message(alice, general.pk, body="Gone", client_id=message.client_id)
        assert message_card(again) == card_of(message)


class TestQuotes:
    def test_a_quote_shows_the_beginning_of_the_quoted_message(self, alice: User, bob: User, general: Room) -> None:
        quoted = post(bob, general, "x" * 1_000)
        message = post(alice, general, "Indeed", quote=quoted.pk)
        assert card_of(message)["quote"] == {
            "id": quoted.pk,
            "author": {"id": bob.pk, "username": "bob", "name": "Bob"},
            "body": "x" * 300,
        }

    def test_a_quote_follows_the_edit_and_deletion_of_the_quoted_message(
        self, alice: User, bob: User, general: Room
    ) -> None:
        quoted = post(bob, general, "Now")
        message = post(alice, general, "Indeed", quote=quoted.pk)
        editing.edit_message(bob, general.pk, quoted.pk, "Later")
        assert card_of(message)["quote"]["body"] == "Later"
        assert card_of(message)["version"] == Room.objects.get(pk=general.pk).version
        editing.delete_own_message(bob, general.pk, quoted.pk)
        assert card_of(message)["quote"] == {"id": quoted.pk, "deleted": True}

    def test_an_edit_of_a_message_that_many_quote_takes_one_version_for_all_of_them(
        self, alice: User, bob: User, general: Room
    ) -> None:
        quoted = post(bob, general, "Now")
        quoting = [post(alice, general, "Indeed", quote=quoted.pk) for _ in range(5)]
        edited = editing.edit_message(bob, general.pk, quoted.pk, "Later")
        assert [card_of(message)["version"] for message in quoting] == [edited.version + 1] * 5

    def test_a_quote_of_a_message_in_another_room_is_refused(
        self, alice: User, bob: User, general: Room, secret: Room
    ) -> None:
        between_us = post(bob, secret, "Between us")
        assert post(alice, secret, quote=between_us.pk)
        with pytest.raises(NotFound):
            post(alice, general, quote=between_us.pk)


class TestReactions:
    def test_reactions_list_the_users_who_gave_them(self, alice: User, bob: User, general: Room) -> None:
        message = post(alice, general)
        for user, emoji in [(bob, "👍"), (alice, "🎉"), (alice, "👍"), (bob, "👍")]:
            reactions.add_reaction(user, general.pk, message.pk, emoji)
        given = [(r["emoji"], [user["username"] for user in r["users"]]) for r in card_of(message)["reactions"]]
        assert given == [("👍", ["bob", "alice"]), ("🎉", ["alice"])]
        assert card_of(message)["version"] == message.version + 3  # repeating the act took no version

    def test_a_reaction_can_be_taken_back(self, bob: User, alice: User, general: Room) -> None:
        message = post(alice, general)
        reactions.add_reaction(bob, general.pk, message.pk, "👍")
        reactions.remove_reaction(alice, general.pk, message.pk, "👍")
        assert "reactions" in card_of(message)
        reactions.remove_reaction(bob, general.pk, message.pk, "👍")
        assert "reactions" not in card_of(message)

    @pytest.mark.parametrize("emoji", ["", "x", "👍👍", ":tada:", "<b>", "👍" * 100])
    def test_a_reaction_is_exactly_one_emoji(self, alice: User, general: Room, emoji: str) -> None:
        message = post(alice, general)
        assert reactions.add_reaction(alice, general.pk, message.pk, "👩‍👩‍👧‍👦")
        assert refuses(Invalid, reactions.add_reaction, alice, general.pk, message.pk, emoji)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("\u2764", "\u2764\ufe0f"),
            ("\u263a\ufe0f", "\u263a"),
            ("1\u20e3", "1\ufe0f\u20e3"),
            ("👍", "👍\ufe0f"),
            ("\u2764\ufe0e", "\u2764"),
            ("\u2764\u200d🔥", "\u2764\ufe0f\u200d🔥"),
            ("🏳\u200d🌈", "🏳\ufe0f\u200d🌈"),
        ],
    )
    def test_two_forms_of_an_emoji_are_one_reaction(
        self, alice: User, bob: User, general: Room, one: str, other: str
    ) -> None:
        message = post(alice, general)
        reactions.add_reaction(alice, general.pk, message.pk, one)
        reactions.add_reaction(bob, general.pk, message.pk, other)
        reactions.add_reaction(bob, general.pk, message.pk, one)
        [given] = card_of(message)["reactions"]
        assert [user["username"] for user in given["users"]] == ["alice", "bob"]
        reactions.remove_reaction(bob, general.pk, message.pk, one)
        reactions.remove_reaction(alice, general.pk, message.pk, other)
        assert "reactions" not in card_of(message)

    def test_skin_tones_are_different_reactions(self, alice: User, general: Room) -> None:
        message = post(alice, general)
        for emoji in ("👍", "👍🏻", "👍🏿", "\u270c\ufe0f", "\u270c🏽"):
            reactions.add_reaction(alice, general.pk, message.pk, emoji)
        assert len(card_of(message)["reactions"]) == 5

    def test_reactions_that_were_stored_in_two_forms_are_merged(self, alice: User, bob: User, general: Room) -> None:
        message, twice = post(alice, general), ("\u2764", "\u2764\ufe0f")
        for user, emoji in [(alice, twice[0]), (alice, twice[1]), (bob, twice[0]), (bob, "👍")]:
            message.reactions.create(user=user, emoji=emoji)
        merge = import_module("chat.migrations.0015_one_form_of_each_emoji").merge
        merge(apps, SimpleNamespace(connection=connection))
        assert set(message.reactions.values_list("user", "emoji")) == {
            (alice.pk, twice[1]),
            (bob.pk, twice[1]),
            (bob.pk, "👍"),
        }

    def test_a_message_has_at_most_twenty_different_reactions(self, alice: User, bob: User, general: Room) -> None:
        message = post(alice, general)
        for number in range(20):
            reactions.add_reaction(alice, general.pk, message.pk, chr(ord("😀") + number))
        assert refuses(Invalid, reactions.add_reaction, alice, general.pk, message.pk, "👍")
        assert reactions.add_reaction(bob, general.pk, message.pk, "😀")

    def test_only_members_can_react(self, bob: User, mallory: User, general: Room) -> None:
        message = post(bob, general)
        assert reactions.add_reaction(bob, general.pk, message.pk, "👍")
        assert refuses(NotFound, reactions.add_reaction, mallory, general.pk, message.pk, "👍")


class TestPins:
    def test_a_pin_says_who_pinned_first(self, alice: User, bob: User, mallory: User, general: Room) -> None:
        message = post(alice, general)
        pins.pin(bob, general.pk, message.pk)
        pins.pin(alice, general.pk, message.pk)
        assert card_of(message)["pinned"]["by"]["username"] == "bob"
        assert refuses(NotFound, pins.unpin, mallory, general.pk, message.pk)
        pins.unpin(alice, general.pk, message.pk)
        assert "pinned" not in card_of(message)

    def test_a_room_has_a_limited_number_of_pins(
        self, alice: User, general: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pins, "MOST_PINS", 2)
        first, second, third = (post(alice, general) for _ in range(3))
        pins.pin(alice, general.pk, first.pk)
        pins.pin(alice, general.pk, second.pk)
        assert refuses(Invalid, pins.pin, alice, general.pk, third.pk)
        pins.unpin(alice, general.pk, first.pk)
        assert pins.pin(alice, general.pk, third.pk)
