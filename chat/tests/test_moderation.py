"""Acts of moderators on users, on their messages, and on the room."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from chat.errors import Forbidden, Invalid, NotFound, Refused
from chat.models import Membership, Message, Room
from chat.permissions.actor import Actor
from chat.services.messages import editing, posting
from chat.services.moderation import moderation, mutes, roles
from chat.services.rooms import membership
from chat.tests.helpers.state import written

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
BOT = "it posts advertisements"


@pytest.fixture
def carol(db: None) -> User:
    return User.objects.create_user("carol")


def say(author: User, room: Room, body: str = "Hello") -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4())


def refuses(error: type[Refused], act: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    with pytest.raises(error):
        act(*args, **kwargs)
    return True


def entries(room: Room) -> list[tuple[str, str, str, str]]:
    """Return the audit log of a room: act, actor, target, reason."""
    found = written().filter(room_id=room.pk)
    return [(entry.act, entry.actor_name, entry.person_name, entry.reason) for entry in found]


def told(room: Room) -> dict[str, Any]:
    """Return the latest notice of the room."""
    notice = room.messages.exclude(notice=None).newest(1)[0]
    return {"by": notice.author.username, **(notice.notice or {})}


def by(user: User) -> Actor:
    return Actor(user, "203.0.113.7")


class TestRemoving:
    def test_removing_ends_the_membership_and_says_who_and_why(self, alice: User, bob: User, general: Room) -> None:
        assert say(bob, general)
        moderation.remove_member(by(alice), general.pk, bob.pk, reason=f"  {BOT}\n")
        assert refuses(NotFound, say, bob, general)
        ended = general.memberships.get(user=bob)
        assert (ended.ending, ended.ended_by, ended.ending_reason) == ("removed", alice, BOT)
        assert entries(general) == [("member.removed", "alice", "bob", BOT)]
        assert written().get().address == "203.0.113.7"
        assert told(general)["by"] == "alice"
        assert (told(general)["what"], told(general)["who"]["id"], told(general)["reason"]) == ("removed", bob.pk, BOT)

    def test_removing_twice_is_logged_once_and_the_removed_member_may_rejoin(
        self, alice: User, bob: User, general: Room
    ) -> None:
        for _ in range(2):
            moderation.remove_member(by(alice), general.pk, bob.pk)
        assert len(entries(general)) == 1
        membership.join(bob, general.pk)
        assert say(bob, general)

    def test_a_member_is_removed_only_by_a_higher_role(
        self, alice: User, bob: User, carol: User, mallory: User, general: Room
    ) -> None:
        membership.join(carol, general.pk)
        assert refuses(Forbidden, moderation.remove_member, by(bob), general.pk, carol.pk)
        assert refuses(NotFound, moderation.remove_member, by(mallory), general.pk, carol.pk)
        roles.set_role(by(alice), general.pk, bob.pk, "moderator")
        assert refuses(Forbidden, moderation.remove_member, by(bob), general.pk, alice.pk)
        assert refuses(Forbidden, moderation.remove_member, by(bob), general.pk, bob.pk)
        moderation.remove_member(by(bob), general.pk, carol.pk)
        assert not general.memberships.of(carol).exists()

    def test_removing_a_missing_user_or_for_a_too_long_or_unseen_reason_is_refused(
        self, alice: User, bob: User, general: Room
    ) -> None:
        assert refuses(NotFound, moderation.remove_member, by(alice), general.pk, 999_999)
        for reason in ("x" * 251, "\u200b", "\u3164 \ufe0f"):
            assert refuses(Invalid, moderation.remove_member, by(alice), general.pk, bob.pk, reason=reason)
        assert general.memberships.of(bob).exists()


class TestBanning:
    def test_a_ban_removes_the_member_at_once_and_is_stored(self, alice: User, bob: User, general: Room) -> None:
        until = timezone.now() + HOUR
        moderation.ban(by(alice), general.pk, bob.pk, reason=BOT, until=until)
        assert general.memberships.get(user=bob).ending == "banned"
        kept = general.bans.of(bob).get()
        assert (kept.by, kept.reason, kept.until) == (alice, BOT, until)
        assert written().get().details == {"until": until.isoformat(), "was_member": True}
        assert (told(general)["what"], told(general)["until"]) == ("banned", until.isoformat())

    def test_a_user_who_is_no_member_can_be_banned(self, alice: User, mallory: User, general: Room) -> None:
        moderation.ban(by(alice), general.pk, mallory.pk)
        assert general.bans.of(mallory).get().until is None
        assert written().get().details == {"until": None, "was_member": False}

    def test_a_repeated_ban_changes_only_a_different_end_or_reason(self, alice: User, bob: User, general: Room) -> None:
        for reason in ("", "", BOT):
            moderation.ban(by(alice), general.pk, bob.pk, reason=reason)
        assert general.bans.get().reason == BOT
        first, second = written()
        assert "before" not in first.details
        assert second.details["before"] == {"until": None, "reason": ""}

    def test_a_ban_that_has_ended_is_followed_by_a_new_one(self, alice: User, bob: User, general: Room) -> None:
        old = moderation.ban(by(alice), general.pk, bob.pk)
        general.bans.update(until=timezone.now() - HOUR, created_at=timezone.now() - 2 * HOUR)
        new = moderation.ban(by(alice), general.pk, bob.pk)
        assert new.created_at > old.created_at
        assert "before" not in written()[1].details

    def test_a_ban_is_lifted_once_and_only_by_moderators(
        self, alice: User, bob: User, carol: User, general: Room
    ) -> None:
        membership.join(carol, general.pk)
        moderation.ban(by(alice), general.pk, bob.pk, reason=BOT)
        assert refuses(Forbidden, moderation.unban, by(carol), general.pk, bob.pk)
        for _ in range(2):
            moderation.unban(by(alice), general.pk, bob.pk)
        assert not general.bans.exists()
        assert [act for act, *_ in entries(general)] == ["member.banned", "member.unbanned"]
        assert told(general)["what"] == "unbanned"

    @pytest.mark.parametrize("until", [-HOUR, timedelta(days=4000)], ids=["past", "too far away"])
    def test_a_ban_ends_in_the_future(self, alice: User, bob: User, general: Room, until: timedelta) -> None:
        assert refuses(Invalid, moderation.ban, by(alice), general.pk, bob.pk, until=timezone.now() + until)

    def test_nobody_is_banned_from_a_conversation(self, alice: User, bob: User, general: Room) -> None:
        Room.objects.filter(pk=general.pk).update(kind=Room.Kind.DIRECT)
        general.memberships.update(role="member")
        User.objects.filter(pk=alice.pk).update(is_staff=True)
        assert refuses(Forbidden, moderation.ban, by(alice), general.pk, bob.pk)


class TestMuting:
    def test_a_mute_is_stored_logged_and_told_with_its_end_and_reason(
        self, alice: User, bob: User, general: Room
    ) -> None:
        until = timezone.now() + HOUR
        for _ in range(2):
            mutes.mute(by(alice), general.pk, bob.pk, until=until, reason=BOT)
        muted = general.memberships.get(user=bob)
        assert (muted.is_muted, muted.muted_until, muted.mute_reason) == (True, until, BOT)
        assert entries(general) == [("member.muted", "alice", "bob", BOT)]
        assert (told(general)["what"], told(general)["until"]) == ("muted", until.isoformat())
        mutes.mute(by(alice), general.pk, bob.pk, until=until + HOUR)
        assert written()[1].details["before"] == {"until": until.isoformat(), "reason": BOT}

    def test_a_mute_outlasts_leaving_and_can_be_lifted_after_it(self, alice: User, bob: User, general: Room) -> None:
        mutes.mute(by(alice), general.pk, bob.pk, until=timezone.now() + HOUR)
        membership.leave(bob, general.pk)
        assert refuses(NotFound, mutes.mute, by(alice), general.pk, bob.pk, until=timezone.now() + 2 * HOUR)
        membership.join(bob, general.pk)
        assert refuses(Forbidden, say, bob, general)
        membership.leave(bob, general.pk)
        for _ in range(2):
            mutes.unmute(by(alice), general.pk, bob.pk)
        membership.join(bob, general.pk)
        assert say(bob, general)
        assert [act for act, *_ in entries(general)] == ["member.muted", "member.unmuted"]

    @pytest.mark.parametrize("until", [-HOUR, timedelta(days=400)], ids=["past", "too far away"])
    def test_a_mute_ends_in_the_future_and_within_a_year(
        self, alice: User, bob: User, general: Room, until: timedelta
    ) -> None:
        assert refuses(Invalid, mutes.mute, by(alice), general.pk, bob.pk, until=timezone.now() + until)

    def test_an_owner_mutes_a_moderator_who_cannot_lift_it(self, alice: User, bob: User, general: Room) -> None:
        roles.set_role(by(alice), general.pk, bob.pk, "moderator")
        mutes.mute(by(alice), general.pk, bob.pk, until=timezone.now() + HOUR)
        assert refuses(Forbidden, say, bob, general)
        assert refuses(Forbidden, mutes.unmute, by(bob), general.pk, bob.pk)


class TestTheRoom:
    def test_moderators_lock_and_unlock_a_room(self, alice: User, bob: User, general: Room) -> None:
        for _ in range(2):
            moderation.lock(by(alice), general.pk, reason=BOT)
        assert Room.objects.get(pk=general.pk).is_locked
        assert (told(general)["what"], told(general)["reason"]) == ("locked", BOT)
        assert refuses(Forbidden, moderation.unlock, by(bob), general.pk)
        for _ in range(2):
            moderation.unlock(by(alice), general.pk)
        assert not Room.objects.get(pk=general.pk).is_locked
        assert [act for act, *_ in entries(general)] == ["room.locked", "room.unlocked"]

    def test_moderators_set_slow_mode_within_bounds(self, alice: User, bob: User, general: Room) -> None:
        for seconds in (30, 30, 0):
            moderation.set_slow(by(alice), general.pk, seconds)
        details = [entry.details for entry in written()]
        assert details == [{"seconds": 30, "before": 0}, {"seconds": 0, "before": 30}]
        assert refuses(Forbidden, moderation.set_slow, by(bob), general.pk, 30)
        for seconds in (-1, 3601):
            assert refuses(Invalid, moderation.set_slow, by(alice), general.pk, seconds)

    def test_an_archived_room_cannot_be_moderated(self, alice: User, bob: User, general: Room) -> None:
        Room.objects.filter(pk=general.pk).update(archived_at=timezone.now())
        assert refuses(Forbidden, moderation.lock, by(alice), general.pk)
        assert refuses(Forbidden, moderation.remove_member, by(alice), general.pk, bob.pk)

    def test_an_administrator_moderates_a_room_without_being_a_member(
        self, bob: User, mallory: User, general: Room
    ) -> None:
        assert refuses(NotFound, moderation.lock, by(mallory), general.pk)
        User.objects.filter(pk=mallory.pk).update(is_staff=True)
        moderation.lock(by(mallory), general.pk)
        moderation.remove_member(by(mallory), general.pk, bob.pk)
        assert not general.memberships.of(bob).exists()


class TestDeleting:
    def test_deleting_a_message_of_another_member_is_logged(self, alice: User, bob: User, general: Room) -> None:
        his = say(bob, general, "Buy " * 100)
        for _ in range(2):
            buried = moderation.delete_message(by(alice), general.pk, his.pk, reason=BOT)
        assert (buried.is_deleted, buried.deleted_by, buried.body) == (True, alice, "")
        assert entries(general) == [("message.deleted", "alice", "bob", BOT)]
        assert written().get().details == {"message": his.pk, "words": ("Buy " * 100)[:100]}

    def test_deleting_ones_own_message_is_not_logged(self, alice: User, bob: User, general: Room) -> None:
        his = say(bob, general)
        assert refuses(Forbidden, editing.delete_own_message, alice, general.pk, his.pk)
        assert moderation.delete_message(by(bob), general.pk, his.pk).is_deleted
        assert not entries(general)

    def test_a_message_is_deleted_only_by_moderators_above_its_author(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        hers, notice = say(alice, general), general.messages.get(notice__what="joined")
        assert refuses(Forbidden, moderation.delete_message, by(bob), general.pk, hers.pk)
        assert refuses(NotFound, moderation.delete_message, by(mallory), general.pk, hers.pk)
        assert refuses(Forbidden, moderation.delete_message, by(bob), general.pk, notice.pk)
        roles.set_role(by(alice), general.pk, bob.pk, "moderator")
        assert refuses(Forbidden, moderation.delete_message, by(bob), general.pk, hers.pk)
        assert moderation.delete_message(by(bob), general.pk, notice.pk).is_deleted


class TestRoles:
    def test_the_owner_makes_moderators_and_members(self, alice: User, bob: User, general: Room) -> None:
        for _ in range(2):
            roles.set_role(by(alice), general.pk, bob.pk, "moderator")
        assert general.memberships.get(user=bob).role == "moderator"
        assert (told(general)["what"], told(general)["role"]) == ("role", "moderator")
        roles.set_role(by(alice), general.pk, bob.pk, "member")
        details = [entry.details for entry in written()]
        assert [each["before"] for each in details] == ["member", "moderator"]

    def test_only_the_owner_sets_roles_and_the_role_of_owner_cannot_be_set(
        self, alice: User, bob: User, carol: User, general: Room
    ) -> None:
        assert refuses(Invalid, roles.set_role, by(alice), general.pk, bob.pk, "owner")
        assert refuses(NotFound, roles.set_role, by(alice), general.pk, carol.pk, "moderator")
        assert refuses(Forbidden, roles.set_role, by(alice), general.pk, alice.pk, "member")
        membership.join(carol, general.pk)
        roles.set_role(by(alice), general.pk, bob.pk, "moderator")
        assert refuses(Forbidden, roles.set_role, by(bob), general.pk, carol.pk, "moderator")

    def test_a_room_is_given_away(self, alice: User, bob: User, mallory: User, general: Room) -> None:
        mutes.mute(by(alice), general.pk, bob.pk, until=timezone.now() + HOUR)
        assert refuses(Forbidden, roles.transfer, by(bob), general.pk, bob.pk)
        assert refuses(NotFound, roles.transfer, by(alice), general.pk, mallory.pk)
        roles.transfer(by(alice), general.pk, bob.pk)
        found = {m.user: m.role for m in Membership.objects.filter(room=general)}
        assert found == {alice: "moderator", bob: "owner"}
        assert say(bob, general)
        assert told(general)["what"] == "owner"
        entry = written().latest("pk")
        assert (entry.act, entry.person_name, entry.details) == ("room.transferred", "bob", {"before": ["alice"]})

    def test_an_administrator_may_transfer_a_room_to_themselves(self, alice: User, bob: User, general: Room) -> None:
        User.objects.filter(pk=bob.pk).update(is_staff=True)
        roles.transfer(by(bob), general.pk, bob.pk)
        assert general.memberships.get(role="owner").user == bob
