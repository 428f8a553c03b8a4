"""An action on a message is offered if and only if its service does it."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from chat.models import Block, Membership, Message, Room
from chat.permissions.messages import MessageAction, MessageState, actions_on_message
from chat.permissions.roles import roles_of, target_of
from chat.services.messages import editing, pins, posting, reactions
from chat.services.messages.posting_rights import writer_of
from chat.services.messages.recipients import deleted_in
from chat.services.moderation import moderation, reports
from chat.services.people.blocks import blocks_in
from chat.tests.permissions.cases import EVERYBODY, Stands, actor, done_by, mute, place, rolled_back, say

pytestmark = pytest.mark.django_db

Do = Callable[[User, int, int], object]
Change = Callable[[Room, User, User], object]

SERVICES: dict[MessageAction, Do] = {
    MessageAction.EDIT: lambda user, room, message: editing.edit_message(user, room, message, "Better"),
    MessageAction.PIN: pins.pin,
    MessageAction.REACT: lambda user, room, message: reactions.add_reaction(user, room, message, "👍"),
    MessageAction.QUOTE: lambda user, room, message: posting.post_message(
        user, room, body="So", client_id=uuid4(), quote=message
    ),
    MessageAction.REPORT: lambda user, room, message: reports.report_message(user, room, message, "Spam"),
    MessageAction.DELETE: lambda user, room, message: moderation.delete_message(actor(user), room, message),
}

# Alice acts, Bob is the other user; each message is posted to a fresh room.
MESSAGES: dict[str, Callable[[Room, User, User], Message]] = {
    "her own": lambda room, alice, bob: say(room, alice),
    "his": lambda room, alice, bob: say(room, bob),
    "her own, deleted": lambda room, alice, bob: say(room, alice, body="", deleted_at=timezone.now()),
    "his, deleted": lambda room, alice, bob: say(room, bob, body="", deleted_at=timezone.now()),
    "her own notice": lambda room, alice, bob: say(room, alice, kind=Message.Kind.NOTICE),
    "his notice": lambda room, alice, bob: say(room, bob, kind=Message.Kind.NOTICE),
    "what the room tells of her": lambda room, alice, bob: say(
        room, alice, kind=Message.Kind.NOTICE, notice={"what": "joined"}
    ),
    "what the room tells of him": lambda room, alice, bob: say(
        room, bob, kind=Message.Kind.NOTICE, notice={"what": "joined"}
    ),
}

STATES: dict[str, Change] = {
    "open": lambda room, alice, bob: None,
    "archived": lambda room, alice, bob: Room.objects.filter(pk=room.pk).update(archived_at=timezone.now()),
    "locked": lambda room, alice, bob: Room.objects.filter(pk=room.pk).update(is_locked=True),
    "read-only": lambda room, alice, bob: Room.objects.filter(pk=room.pk).update(is_read_only=True),
    "muted": lambda room, alice, bob: mute(room, alice),
}

STATES_OF_TWO: dict[str, Change] = {
    "open": lambda room, alice, bob: None,
    "blocking": lambda room, alice, bob: Block.objects.create(blocker=alice, blocked=bob),
    "blocked": lambda room, alice, bob: Block.objects.create(blocker=bob, blocked=alice),
    "alone": lambda room, alice, bob: User.objects.filter(pk=bob.pk).update(deleted_at=timezone.now(), is_active=False),
}

MEMBER, MODERATOR = Stands("member"), Stands("moderator")
READERS = {state: [MEMBER, MODERATOR] for state in STATES}
READERS["open"] = [MEMBER, MODERATOR, Stands("owner"), Stands("member", is_administrator=True)]
ALL = tuple(MessageAction)
AUTHORS = [Stands(None), *(Stands(role) for role in Membership.Role), Stands("member", is_administrator=True)]


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    return User.objects.create_user("alice"), User.objects.create_user("bob")


def check(
    room: Room,
    alice: User,
    bob: User,
    message: Message,
    case: object,
    actions: Collection[MessageAction] = ALL,
) -> None:
    """Compare the offered actions with the effects of the services, for every action of Alice on a message."""
    room.refresh_from_db()
    services = {action: partial(do, alice, room.pk, message.pk) for action, do in SERVICES.items() if action in actions}
    assert {action for action in offered(room, alice, bob, message) if action in actions} == done_by(services), case


def offered(room: Room, alice: User, bob: User, message: Message) -> frozenset[MessageAction]:
    by = actor(alice)
    membership = room.memberships.of(alice).get()
    writer = writer_of(alice, membership, room, blocks_in([room]), deleted_in([room]))
    author = target_of(by, room, User.objects.get(pk=message.author_id))
    return actions_on_message(replace(writer, roles=roles_of(by, room)), room, MessageState.of(message, alice, author))


@pytest.mark.parametrize("state", STATES)
def test_an_action_on_a_message_is_offered_if_and_only_if_the_service_does_it(
    state: str, people: tuple[User, User]
) -> None:
    alice, bob = people
    room = Room.objects.create(name="general")
    for own in READERS[state]:
        for name, make in MESSAGES.items():
            with rolled_back():
                place(alice, room, own)
                place(bob, room, Stands("member"))
                STATES[state](room, alice, bob)
                check(room, alice, bob, make(room, alice, bob), f"{own}, {state}, {name}")


@pytest.mark.parametrize("kind", [Room.Kind.PUBLIC, Room.Kind.PRIVATE])
def test_the_deletion_of_a_message_is_offered_by_the_role_of_its_author(kind: str, people: tuple[User, User]) -> None:
    alice, bob = people
    room = Room.objects.create(name="general", kind=kind)
    for own in (stands for stands in EVERYBODY if stands.role):
        for author in AUTHORS:
            with rolled_back():
                place(alice, room, own)
                place(bob, room, author)
                check(room, alice, bob, say(room, bob), f"{own} on what {author} said", {MessageAction.DELETE})


@pytest.mark.parametrize("state", STATES_OF_TWO)
def test_an_action_on_a_message_of_a_direct_conversation_is_offered_if_and_only_if_the_service_does_it(
    state: str, people: tuple[User, User]
) -> None:
    alice, bob = people
    room = Room.objects.create(kind=Room.Kind.DIRECT, people_key=f"{alice.pk}-{bob.pk}")
    for name, make in MESSAGES.items():
        with rolled_back():
            place(alice, room, Stands("member"))
            place(bob, room, Stands("member"))
            STATES_OF_TWO[state](room, alice, bob)
            check(room, alice, bob, make(room, alice, bob), f"{state}, {name}")
