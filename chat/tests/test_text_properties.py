"""Random texts through a room: none of it is lost when messages are edited, quoted, searched or exported."""

import io
import json
import zipfile
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from accounts.profile import export
from accounts.usernames.invisible_characters import is_blank
from accounts.usernames.search_keys import words_of
from chat.markup.markdown import has_spoilers
from chat.models import Message, Room
from chat.models.room import TOPIC_LENGTH
from chat.protocol.events import QUOTE_LENGTH, message_card
from chat.services.messages import editing, posting
from chat.tests.helpers.texts import any_text, text
from testing.length import length

pytestmark = pytest.mark.django_db

TEXTS = length.pick(full=10_000, short=40)
FULL_LENGTH = pytest.mark.timeout(length.pick(full=3_600, short=120))
NAME_LENGTH = 80


def post(author: User, room: Room, body: str, **details: Any) -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details)


def exported_bodies(user: User) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(b"".join(export._pieces(user)))) as file:
        lines = file.read("messages.jsonl").decode().split("\n")
    return [json.loads(line)["body"] for line in lines if line]


def without_spoilers(body: str) -> str:
    return body.partition("||")[0]


@FULL_LENGTH
def test_a_text_is_the_same_after_an_edit_in_a_quote_and_in_an_export(alice: User, bob: User, general: Room) -> None:
    random = Random(11)
    bodies = [body for body in (any_text(random) for _ in range(TEXTS)) if not is_blank(body)]
    for before, after in zip(bodies, reversed(bodies), strict=True):
        message = post(alice, general, before)
        assert message_card(message)["body"] == before
        message = editing.edit_message(alice, general.pk, message.pk, after)
        card = message_card(message)
        assert card["body"] == Message.objects.get(pk=message.pk).body == after
        assert [edit.body for edit in message.edits.all()] == ([] if after == before else [before])
        quoted = message_card(post(bob, general, "So?", quote=message.pk))["quote"]["body"]
        if has_spoilers(card["html"]):
            assert quoted.startswith(without_spoilers(after)[:QUOTE_LENGTH])
        else:
            assert quoted == after[:QUOTE_LENGTH]
    assert exported_bodies(alice) == bodies[::-1]


@FULL_LENGTH
def test_a_name_and_a_topic_are_found_by_their_own_text_and_by_the_beginning_of_each_word(
    bob: User, general: Room
) -> None:
    random = Random(12)
    for _ in range(TEXTS):
        bob.display_name = " ".join(text(random).split())[:NAME_LENGTH].strip()
        bob.save(update_fields=["display_name", "search_key"])
        general.topic = " ".join(any_text(random).split())[:TOPIC_LENGTH].strip()
        general.save()
        typed = random.choice(words_of(bob.display_name).split())
        for wanted in (bob.display_name, bob.display_name.upper(), typed, typed[: random.randrange(len(typed)) + 1]):
            assert bob in User.objects.whose_name_begins(wanted), (bob.display_name, wanted)
        assert general in Room.objects.directory().with_words(general.topic), general.topic
