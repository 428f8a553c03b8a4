"""What somebody learns who guesses the id of a room, or of what is in it: nothing. Every address is tried."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from chat.models import Message, Room
from chat.services import messages, rooms

pytestmark = [pytest.mark.django_db, pytest.mark.row(31)]

NOWHERE = 999_999

# Addresses of a room are found by its number; a form that names the room in another way has a test of its own.
FORMS: dict[str, Any] = {"name": "Hello", "reason": "Because", "user": "mallory", "q": "a", "before": "9", "n": "1"}


@pytest.fixture
def said(bob: User, secret: Room) -> Message:
    return messages.post_message(bob, secret.pk, body="Between us", client_id=uuid4())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def addresses(pattern: URLPattern | URLResolver, parents: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """The names of all addresses, with what stands in each."""
    if isinstance(pattern, URLPattern):
        if pattern.name:
            yield ":".join((*parents, pattern.name)), set(pattern.pattern.converters)
        return
    for child in pattern.url_patterns:
        inner = (*parents, pattern.namespace) if pattern.namespace else parents
        for name, converters in addresses(child, inner):
            yield name, converters | set(pattern.pattern.converters)


def of_rooms() -> list[tuple[str, set[str]]]:
    found = [(name, needs) for name, needs in addresses(get_resolver()) if "room_id" in needs]
    assert len(found) > 8
    return found


def answer(client: Client, method: str, name: str, **ids: Any) -> tuple[int, str]:
    """What comes back, without what differs between any two answers."""
    response = getattr(client, method)(reverse(name, kwargs=ids), FORMS, follow=False)
    return response.status_code, "" if response.status_code in (404, 405) else response.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_guessed_room_is_one_that_does_not_exist(method: str, mallory: User, secret: Room, said: Message) -> None:
    client = signed_in(mallory)
    for name, needs in of_rooms():
        ids = dict.fromkeys(needs - {"room_id"}, said.pk)
        guessed = answer(client, method, name, **ids, room_id=secret.pk)
        assert guessed == answer(client, method, name, **ids, room_id=NOWHERE), name
        assert guessed[0] in (404, 405), (name, guessed[0])


def test_its_member_is_answered(bob: User, secret: Room, said: Message) -> None:
    """Otherwise the test above would see nothing but missing pages."""
    client = signed_in(bob)
    names = ("chat:room", "chat:pins", "chat:threads", "chat:members")
    assert {answer(client, "get", name, room_id=secret.pk)[0] for name in names} == {200}
    assert answer(client, "get", "chat:thread", room_id=secret.pk, message_id=said.pk)[0] == 200


def test_a_message_is_found_in_its_own_room_alone(alice: User, bob: User, secret: Room, said: Message) -> None:
    """Whoever may see one room asks there for what was said in another."""
    own = rooms.create_room(alice, "elsewhere")
    client = signed_in(alice)
    for name, needs in of_rooms():
        if "message_id" in needs:
            assert answer(client, "get", name, room_id=secret.pk, message_id=said.pk)[0] == 200
            assert answer(client, "get", name, room_id=own.pk, message_id=said.pk)[0] == 404
