"""Rooms for tests: Alice owns `general`, Bob is a member, Mallory is not."""

import pytest

from accounts.models import User
from chat.models import Room
from chat.services.rooms import membership


@pytest.fixture
def general(alice: User, bob: User) -> Room:
    room = membership.create_room(alice, "general")
    return membership.join(bob, room.pk)


@pytest.fixture
def secret(alice: User, bob: User) -> Room:
    """Create a private room of Alice and Bob."""
    room = membership.create_room(alice, "secret", kind=Room.Kind.PRIVATE)
    return membership.add_member(room.pk, bob)
