"""Guessed ids of rooms and of their contents, which reveal nothing to an outsider. Every address is tried."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.errors import Refused
from chat.models import Message, Room
from chat.services.messages import posting
from chat.services.rooms import directs, membership
from chat.tests.helpers.addresses import addresses

pytestmark = [pytest.mark.django_db, pytest.mark.row(31)]

NOWHERE = 999_999

# Addresses of a room are found by its id; a form that names the room in another way has a separate test.
FORMS: dict[str, Any] = {"name": "Hello", "reason": "Because", "user": "mallory", "q": "a", "before": "9", "n": "1"}


@pytest.fixture
def said(bob: User, secret: Room) -> Message:
    return posting.post_message(bob, secret.pk, body="Between us", client_id=uuid4())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def of_rooms() -> list[tuple[str, set[str]]]:
    found = [(address.name, address.parameters) for address in addresses() if "room_id" in address.parameters]
    assert len(found) > 8
    return found


def answer(client: Client, method: str, name: str, **ids: Any) -> tuple[int, str]:
    """Return the answer without the parts that differ between any two answers."""
    response = getattr(client, method)(reverse(name, kwargs=ids), FORMS, follow=False)
    return response.status_code, "" if response.status_code in (404, 405) else response.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_pages_of_a_guessed_room_answer_as_for_one_that_does_not_exist(
    method: str, mallory: User, secret: Room, said: Message
) -> None:
    client = signed_in(mallory)
    for name, needs in of_rooms():
        ids = dict.fromkeys(needs - {"room_id"}, said.pk)
        guessed = answer(client, method, name, **ids, room_id=secret.pk)
        assert guessed == answer(client, method, name, **ids, room_id=NOWHERE), name
        assert guessed[0] in (404, 405), (name, guessed[0])


def test_the_pages_that_an_outsider_guesses_are_answered_for_a_member(bob: User, secret: Room, said: Message) -> None:
    # Otherwise the test above would pass with missing pages only.
    client = signed_in(bob)
    names = ("chat:room", "chat:pins", "chat:threads", "chat:members")
    pages = [reverse(name, kwargs={"room_id": secret.pk}) for name in names]
    pages.append(reverse("chat:thread", kwargs={"room_id": secret.pk, "message_id": said.pk}))
    assert {client.get(page).status_code for page in pages} == {200}


def test_a_message_is_found_in_its_own_room_alone(alice: User, bob: User, secret: Room, said: Message) -> None:
    # A member of one room asks there for a message in another.
    own = membership.create_room(alice, "elsewhere")
    client = signed_in(alice)
    for name, needs in of_rooms():
        if "message_id" in needs:
            assert answer(client, "get", name, room_id=secret.pk, message_id=said.pk)[0] == 200
            assert answer(client, "get", name, room_id=own.pk, message_id=said.pk)[0] == 404


def test_a_users_card_for_a_guessed_room_answers_as_for_one_that_does_not_exist(
    alice: User, bob: User, mallory: User, secret: Room
) -> None:
    # The card shows a user's role in a room, its members, and direct conversations.
    own, between_them = membership.create_room(mallory, "elsewhere"), directs.open_direct(alice, [bob.pk])
    membership.add_member(own.pk, bob)
    client = signed_in(mallory)

    def card(person: User, room_id: int) -> tuple[int, str]:
        response = client.get(reverse("chat:person", args=[person.pk]), {"room": room_id})
        return response.status_code, response.content.decode()

    assert card(bob, own.pk) != card(bob, NOWHERE)
    for guessed in (secret.pk, between_them.pk):
        assert card(bob, guessed) == card(bob, NOWHERE)
        assert card(alice, guessed) == card(alice, NOWHERE)
        assert card(alice, guessed)[0] == 404


def test_a_direct_conversation_is_for_those_in_it_alone(
    alice: User, bob: User, mallory: User, admin_user: User
) -> None:
    between_them = directs.open_direct(alice, [bob.pk])
    said = posting.post_message(bob, between_them.pk, body="Between us", client_id=uuid4())
    assert answer(signed_in(bob), "get", "chat:room", room_id=between_them.pk)[0] == 200
    for outsider in (mallory, admin_user):
        client = signed_in(outsider)
        for name, needs in of_rooms():
            ids = dict.fromkeys(needs - {"room_id"}, said.pk)
            for method in ("get", "post"):
                guessed = answer(client, method, name, **ids, room_id=between_them.pk)
                assert guessed == answer(client, method, name, **ids, room_id=NOWHERE), name
                assert guessed[0] in (404, 405), (name, guessed[0])


@pytest.mark.parametrize("kind", [Room.Kind.PRIVATE, Room.Kind.DIRECT])
def test_a_guessed_message_cannot_be_quoted_or_replied_to_in_another_room(
    kind: str, alice: User, bob: User, mallory: User, secret: Room, said: Message
) -> None:
    # The attacker uses a guessed message id as a quote, or as a thread, in their own room.
    if kind == Room.Kind.DIRECT:
        between_them = directs.open_direct(alice, [bob.pk])
        said = posting.post_message(bob, between_them.pk, body="Between us", client_id=uuid4())
    own = membership.create_room(mallory, "elsewhere")
    mine = posting.post_message(mallory, own.pk, body="Mine", client_id=uuid4())
    assert posting.post_message(mallory, own.pk, body="So", client_id=uuid4(), quote=mine.pk, thread=mine.pk).pk
    for members in ({"quote": said.pk}, {"thread": said.pk}):
        refusals = []
        for guessed in (said.pk, NOWHERE):
            with pytest.raises(Refused) as refused:
                posting.post_message(mallory, own.pk, body="Look", client_id=uuid4(), **dict.fromkeys(members, guessed))
            refusals.append((type(refused.value), refused.value.detail))
        assert refusals[0] == refusals[1]
