"""Deletion of a room: at once for its members, and batch by batch in the database."""

import pytest

from accounts.models import User
from chat.errors import Forbidden, NotFound
from chat.models import Ban, FormerName, Invite, Membership, Removal, Report, Room
from chat.permissions.actor import Actor
from chat.queries import history
from chat.services.messages import editing, reactions
from chat.services.removal import queue
from chat.services.removal.delete_room import delete_room
from chat.services.rooms import membership
from chat.tests.helpers.removal import acts, say
from chat.tests.helpers.talk import member

pytestmark = pytest.mark.django_db


class TestDeletingARoom:
    def test_only_the_owner_and_administrators_delete_a_room(
        self, alice: User, bob: User, mallory: User, administrator: User, general: Room, secret: Room
    ) -> None:
        with pytest.raises(Forbidden):
            delete_room(Actor(bob), general.pk)
        with pytest.raises(NotFound):
            delete_room(Actor(mallory), general.pk)
        delete_room(Actor(alice), general.pk)
        delete_room(Actor(administrator), secret.pk)
        assert not Room.objects.existing().exists()

    def test_a_deleted_room_answers_as_one_that_never_existed(self, alice: User, bob: User, general: Room) -> None:
        assert Room.objects.of(bob).get() == Room.objects.directory().get() == Room.objects.open_to(bob).get()
        FormerName.objects.create(room=general, name="lobby")
        Invite.objects.create(room=general, digest="0" * 64)
        delete_room(Actor(alice, "192.0.2.1"), general.pk, reason="Nobody  comes")
        for found in (Room.objects.of(bob), Room.objects.directory(), Room.objects.open_to(bob)):
            assert not found.exists()
        assert not Membership.objects.current().exists()
        for refused in (
            lambda: history.latest_page(general.pk),
            lambda: history.changes_since(general.pk, None),
            lambda: membership.join(bob, general.pk),
            lambda: membership.add_member(general.pk, bob),
            lambda: membership.leave(bob, general.pk),
            lambda: say(alice, general),
            lambda: delete_room(Actor(alice), general.pk),
        ):
            with pytest.raises(NotFound):
                refused()
        assert not FormerName.objects.exists()
        assert not Invite.objects.exists()
        assert membership.create_room(bob, "general") != general
        (entry,) = acts("room.deleted")
        assert (entry.actor_id, entry.address, entry.room_name) == (alice.pk, "192.0.2.1", "general")
        assert entry.reason == "Nobody comes"

    def test_deleting_a_room_ends_all_memberships_at_one_version_with_actor_and_reason(
        self, alice: User, bob: User, general: Room
    ) -> None:
        before = Room.objects.get(pk=general.pk).version
        delete_room(Actor(alice), general.pk, reason="Enough")
        for ended in Membership.objects.filter(room=general):
            assert (ended.ending, ended.ended_by, ended.ending_reason) == ("deleted", alice, "Enough")
            assert ended.version == before + 1

    def test_the_rows_of_a_deleted_room_go_batch_by_batch_and_the_room_last(
        self, small_batches: None, alice: User, bob: User, general: Room
    ) -> None:
        root = say(alice, general, "Root")
        say(bob, general, "Reply to @alice", thread=root.pk)
        quoting = say(bob, general, "Hello @alice", quote=root.pk)
        reactions.add_reaction(alice, general.pk, root.pk, "👍")
        editing.edit_message(bob, general.pk, quoting.pk, "Hello")
        for number in range(5):
            member(general, f"member{number}")
        Report.objects.create(room=general, message=root, body="Root", reporter=bob)
        Ban.objects.create(room=general, user=User.objects.get(username="member1"))
        delete_room(Actor(alice), general.pk)
        left = [general.messages.count()]
        while queue.remove_next() is not None:
            left.append(general.messages.count())
        assert left[0] - left[1] == 3
        assert left == sorted(left, reverse=True)
        assert not Room.objects.filter(pk=general.pk).exists()
        assert not Ban.objects.exists()
        assert Report.objects.get(room=None, message=None).body == "Root"
        removal = Removal.objects.get()
        assert (removal.by, removal.done) == (alice, left[0])
        assert removal.finished_at is not None
