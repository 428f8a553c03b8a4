"""Rooms that tests talk in: Alice owns `general`, Bob is a member, Mallory is not."""

import pytest

from accounts.models import User
from chat.models import Room
from chat.services import rooms


@pytest.fixture
def general(alice: User, bob: User) -> Room:
    room = rooms.create_room(alice, "general")
    return rooms.join(bob, room.pk)


@pytest.fixture
def secret(alice: User, bob: User) -> Room:
    """A private room of Alice and Bob."""
    room = rooms.create_room(alice, "secret", kind=Room.Kind.PRIVATE)
    return rooms.add_member(room.pk, bob)
