"""State + events = freshly fetched state."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from chat.models import Message, Room
from chat.permissions.actor import SITE, Actor
from chat.queries import history
from chat.services.messages import editing, pins, posting, reactions
from chat.services.moderation import moderation, mutes, roles
from chat.services.removal import purge_user, retention
from chat.services.rooms import archive, membership
from chat.services.rooms import settings as room_settings
from chat.tests.helpers.state import apply, state_of

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


def say(author: User, room: Room, body: str = "Hello", **details: Any) -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details)


def latest(room: Room) -> int:
    """Return the id of the latest message in the conversation."""
    return room.messages.conversation().said().newest(1)[0].pk


CHANGES: dict[str, Callable[[User, User, Room], object]] = {
    "message.posted": lambda alice, bob, room: say(alice, room),
    "message.changed: edited": lambda alice, bob, room: editing.edit_message(alice, room.pk, latest(room), "Edited"),
    "message.changed: deleted": lambda alice, bob, room: editing.delete_own_message(alice, room.pk, latest(room)),
    "message.changed: reacted to": lambda alice, bob, room: reactions.add_reaction(alice, room.pk, latest(room), "👍"),
    "message.changed: pinned": lambda alice, bob, room: pins.pin(alice, room.pk, latest(room)),
    "message.changed: replied to": lambda alice, bob, room: say(alice, room, "And", thread=latest(room)),
    "message.changed: quoted, and edited then": lambda alice, bob, room: [
        quoted := latest(room),
        say(alice, room, "Indeed", quote=quoted),
        editing.edit_message(alice, room.pk, quoted, "Edited"),
        editing.delete_own_message(alice, room.pk, quoted),
    ],
    "message.changed: all of it": lambda alice, bob, room: [
        membership.join(bob, room.pk),
        root := latest(room),
        reply := say(bob, room, "Reply to @alice", thread=root).pk,
        reactions.add_reaction(bob, room.pk, root, "🎉"),
        reactions.add_reaction(bob, room.pk, reply, "👍"),
        reactions.remove_reaction(bob, room.pk, root, "🎉"),
        editing.edit_message(bob, room.pk, reply, "Edited"),
        pins.pin(alice, room.pk, root),
        pins.unpin(bob, room.pk, root),
        moderation.delete_message(Actor(alice), room.pk, reply),
    ],
    "message.changed: all that somebody posted": lambda alice, bob, room: [
        membership.join(bob, room.pk),
        root := latest(room),
        spam := say(bob, room, "Buy this, @alice").pk,
        say(alice, room, "No", quote=spam),
        say(bob, room, "Buy that", thread=root),
        pins.pin(alice, room.pk, spam),
        reactions.add_reaction(alice, room.pk, spam, "👎"),
        purge_user.purge(Actor(alice), room.pk, bob.pk),
    ],
    "room.reset: retention": lambda alice, bob, room: [
        say(alice, room, "New", quote=latest(room)),
        room.messages.filter(body="Hello").update(created_at=timezone.now() - timedelta(days=2)),
        retention.set_retention(SITE, room.pk, 1),
        retention.apply(room.pk, timezone.now(), lambda seconds: None),
    ],
    "member.joined": lambda alice, bob, room: membership.join(bob, room.pk),
    "member.left": lambda alice, bob, room: membership.leave(alice, room.pk),
    "room.changed": lambda alice, bob, room: room_settings.change_settings(
        room.pk, by=Actor(alice), name="lobby", topic="Be kind"
    ),
    "room.changed: archived": lambda alice, bob, room: archive.archive(Actor(alice), room.pk),
    "member.changed: another owner, who followed": lambda alice, bob, room: [
        membership.join(bob, room.pk),
        membership.leave(alice, room.pk),
    ],
    "member.left: removed": lambda alice, bob, room: [
        membership.join(bob, room.pk),
        moderation.remove_member(Actor(alice), room.pk, bob.pk, reason="Spam"),
    ],
    "member.left: banned": lambda alice, bob, room: [
        membership.join(bob, room.pk),
        moderation.ban(Actor(alice), room.pk, bob.pk),
    ],
    "member.changed: muted": lambda alice, bob, room: [
        membership.join(bob, room.pk),
        mutes.mute(Actor(alice), room.pk, bob.pk, until=timezone.now() + HOUR, reason="Be kind"),
    ],
    "member.changed: unmuted": lambda alice, bob, room: [
        membership.join(bob, room.pk),
        mutes.mute(Actor(alice), room.pk, bob.pk, until=timezone.now() + HOUR),
        mutes.unmute(Actor(alice), room.pk, bob.pk),
    ],
    "member.changed: another role": lambda alice, bob, room: [
        membership.join(bob, room.pk),
        roles.set_role(Actor(alice), room.pk, bob.pk, "moderator"),
    ],
    "member.changed: another owner": lambda alice, bob, room: [
        membership.join(bob, room.pk),
        roles.transfer(Actor(alice), room.pk, bob.pk),
    ],
    "room.changed: locked": lambda alice, bob, room: moderation.lock(Actor(alice), room.pk),
    "room.changed: unlocked": lambda alice, bob, room: [
        moderation.lock(Actor(alice), room.pk),
        moderation.unlock(Actor(alice), room.pk),
    ],
    "room.changed: slow": lambda alice, bob, room: moderation.set_slow(Actor(alice), room.pk, 30),
    "several": lambda alice, bob, room: [
        membership.join(bob, room.pk),
        say(bob, room),
        membership.leave(bob, room.pk),
        room_settings.change_settings(room.pk, by=Actor(alice), topic="One"),
        membership.join(bob, room.pk),
        room_settings.change_settings(room.pk, by=Actor(alice), topic="Two"),
        say(bob, room, "Back"),
    ],
}


@pytest.mark.parametrize("change", CHANGES)
def test_old_state_plus_events_equals_freshly_fetched_state(alice: User, bob: User, change: str) -> None:
    room = membership.create_room(alice, "general")
    say(alice, room)
    before = state_of(room)
    version = room.version
    CHANGES[change](alice, bob, room)
    changes = history.changes_since(room.pk, version)
    for event in changes.events:
        apply(before, event)
    assert before == state_of(room)
    assert changes.head == room.version
    versions = [event["version"] for event in changes.events]
    assert versions == sorted(versions)
    rows = [(event["version"], event.get("message", {}).get("id")) for event in changes.events]
    assert len(rows) == len(set(rows))  # messages deleted together have one version


class TestResuming:
    @pytest.fixture
    def room(self, alice: User) -> Room:
        room = membership.create_room(alice, "general")
        for number in range(5):
            say(alice, room, str(number))
        room.refresh_from_db()
        return room

    def kinds(self, changes: history.Changes) -> list[str]:
        return [event["type"] for event in changes.events]

    def test_resuming_at_the_latest_version_replays_nothing(self, room: Room) -> None:
        assert history.changes_since(room.pk, room.version).events == []

    def test_as_many_missed_changes_as_the_limit_are_replayed(self, room: Room) -> None:
        assert self.kinds(history.changes_since(room.pk, room.version - 3, limit=3)) == ["message.posted"] * 3

    def test_more_missed_changes_than_the_limit_are_a_reset(self, room: Room) -> None:
        changes = history.changes_since(room.pk, room.version - 4, limit=3)
        assert self.kinds(changes) == ["room.reset"]
        assert [m["body"] for m in changes.events[0]["page"]["messages"]] == ["0", "1", "2", "3", "4"]
        assert changes.head == changes.events[0]["version"] == room.version

    @pytest.mark.parametrize("version", [None, 10**6])
    def test_a_version_that_the_room_never_had_is_a_reset(self, room: Room, version: int | None) -> None:
        assert self.kinds(history.changes_since(room.pk, version)) == ["room.reset"]

    def test_resuming_below_the_floor_is_a_reset(self, room: Room) -> None:
        Room.objects.filter(pk=room.pk).update(floor=3)
        assert self.kinds(history.changes_since(room.pk, 3))[0] == "message.posted"
        assert self.kinds(history.changes_since(room.pk, 2)) == ["room.reset"]


def test_changes_written_during_a_read_are_left_to_their_own_events(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each table is read at a different moment, so a read could see only the later of two new versions.
    room = membership.create_room(alice, "general")
    read_head = history._head

    def head_and_then_a_message_and_a_member(room_id: int) -> Room:
        head = read_head(room_id)
        say(alice, room, "After the head was read")
        membership.join(bob, room.pk)
        return head

    monkeypatch.setattr(history, "_head", head_and_then_a_message_and_a_member)
    changes = history.changes_since(room.pk, 0)
    assert changes.head == room.version == changes.events[-1]["version"]


def test_pages_lead_back_to_the_beginning(alice: User, settings: Any) -> None:
    settings.CHAT = {**settings.CHAT, "PAGE_LENGTH": 2}
    room = membership.create_room(alice, "general")
    for number in range(5):
        say(alice, room, str(number))
    _, page = history.latest_page(room.pk)
    pages = [page]
    while page["more"]:
        page = history.page_before(room.pk, page["messages"][0]["position"])
        pages.insert(0, page)
    assert [[m["body"] for m in page["messages"]] for page in pages] == [["0"], ["1", "2"], ["3", "4"]]
