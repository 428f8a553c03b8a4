"""Every administrative act: authorised users can do it, and the audit log has actor, target, room, address and reason.

If an outsider tries it, nothing changes and nothing is logged: for them, the room does not exist.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Invitation, User
from chat.errors import NotFound
from chat.models import Announcement, AuditEntry, Ban, Invite, Message, Report, Room
from chat.permissions.actor import SITE, Actor
from chat.services.messages import posting
from chat.services.moderation import moderation, mutes, reports, roles
from chat.services.people import account_deletion
from chat.services.removal import delete_room, purge_user, retention
from chat.services.rooms import archive, invites, membership
from chat.services.rooms import settings as room_settings
from chat.services.site import administrators, announcements, bans, invitations, sessions

pytestmark = pytest.mark.django_db

ADDRESS = "192.0.2.7"
WHY = "Because"

Do = Callable[[Actor, Room, User], object]


def soon() -> datetime:
    return timezone.now() + timedelta(hours=1)


def report(room: Room, bob: User) -> Report:
    return Report.objects.create(room=room, author=bob, body="Spam", reporter=None)


def said_by(bob: User, room: Room) -> Message:
    return room.messages.said().filter(author=bob)[0]


def announce(by: Actor) -> Announcement:
    return announcements.announce(by, "Tea at four")


# Acts on Bob or the room by an authorised user, each with its precondition, which the site sets up.
ACTS: dict[str, tuple[Do | None, Do]] = {
    "room.changed": (None, lambda by, room, bob: room_settings.change_settings(room.pk, by=by, topic="Be kind")),
    "room.locked": (None, lambda by, room, bob: moderation.lock(by, room.pk, reason=WHY)),
    "room.unlocked": (
        lambda by, room, bob: moderation.lock(by, room.pk),
        lambda by, room, bob: moderation.unlock(by, room.pk),
    ),
    "room.slowed": (None, lambda by, room, bob: moderation.set_slow(by, room.pk, 30)),
    "room.archived": (None, lambda by, room, bob: archive.archive(by, room.pk, reason=WHY)),
    "room.restored": (
        lambda by, room, bob: archive.archive(by, room.pk),
        lambda by, room, bob: archive.restore(by, room.pk),
    ),
    "room.deleted": (None, lambda by, room, bob: delete_room.delete_room(by, room.pk, reason=WHY)),
    "room.retained": (None, lambda by, room, bob: retention.set_retention(by, room.pk, 30)),
    "room.transferred": (None, lambda by, room, bob: roles.transfer(by, room.pk, bob.pk)),
    "member.added": (
        lambda by, room, bob: moderation.remove_member(by, room.pk, bob.pk),
        lambda by, room, bob: invites.add_people(by, room.pk, [bob]),
    ),
    "member.removed": (None, lambda by, room, bob: moderation.remove_member(by, room.pk, bob.pk, reason=WHY)),
    "member.banned": (None, lambda by, room, bob: moderation.ban(by, room.pk, bob.pk, reason=WHY)),
    "member.unbanned": (
        lambda by, room, bob: moderation.ban(by, room.pk, bob.pk),
        lambda by, room, bob: moderation.unban(by, room.pk, bob.pk),
    ),
    "member.muted": (None, lambda by, room, bob: mutes.mute(by, room.pk, bob.pk, until=soon(), reason=WHY)),
    "member.unmuted": (
        lambda by, room, bob: mutes.mute(by, room.pk, bob.pk, until=soon()),
        lambda by, room, bob: mutes.unmute(by, room.pk, bob.pk),
    ),
    "member.role": (None, lambda by, room, bob: roles.set_role(by, room.pk, bob.pk, "moderator")),
    "invite.made": (None, lambda by, room, bob: invites.make_link(by, room.pk)),
    "invite.revoked": (
        lambda by, room, bob: invites.make_link(by, room.pk),
        lambda by, room, bob: invites.revoke_link(by, Invite.objects.get().pk),
    ),
    "message.deleted": (
        None,
        lambda by, room, bob: moderation.delete_message(by, room.pk, said_by(bob, room).pk, reason=WHY),
    ),
    "messages.purged": (None, lambda by, room, bob: purge_user.purge(by, room.pk, bob.pk, reason=WHY)),
    "report.settled": (
        lambda by, room, bob: report(room, bob),
        lambda by, room, bob: reports.settle(by, Report.objects.get().pk, "dismissed", WHY),
    ),
    "connection.ended": (None, lambda by, room, bob: sessions.disconnect(by, "a" * 32, bob.pk, WHY)),
    "site.announced": (None, lambda by, room, bob: announce(by)),
    "site.announcement_ended": (
        lambda by, room, bob: announce(by),
        lambda by, room, bob: announcements.end(by, Announcement.objects.get().pk),
    ),
    "person.banned": (None, lambda by, room, bob: bans.ban(by, bob.pk, reason=WHY)),
    "person.unbanned": (
        lambda by, room, bob: bans.ban(by, bob.pk),
        lambda by, room, bob: bans.unban(by, bob.pk),
    ),
    "invitation.made": (None, lambda by, room, bob: invitations.invite(by)),
    "invitation.revoked": (
        lambda by, room, bob: invitations.invite(by),
        lambda by, room, bob: invitations.revoke(by, Invitation.objects.get().pk),
    ),
}

# Acts that are allowed to every user, or that the site does by itself.
BY_THEMSELVES: dict[str, Do] = {
    "room.created": lambda by, room, bob: membership.create_room(by.user, "another", address=by.address),  # type: ignore[arg-type]
    "room.trimmed": lambda by, room, bob: [
        retention.set_retention(SITE, room.pk, 1),
        retention.apply(room.pk, timezone.now() + timedelta(days=2), lambda seconds: None),
    ],
    "person.deleted": lambda by, room, bob: account_deletion.depart(by, bob),
    "person.changed": lambda by, room, bob: administrators.note_change(by, bob, "changed", ["email"]),
}

OF_A_ROOM = {
    name for name in ACTS if name.split(".")[0] in {"room", "member", "invite", "message", "messages", "report"}
}
ON_SOMEBODY = {
    *(name for name in ACTS if name.startswith(("member.", "message", "person.", "report.", "connection."))),
    "room.transferred",
}


@pytest.fixture
def administrator(admin_user: User) -> Actor:
    return Actor(admin_user, ADDRESS)


@pytest.fixture
def room(bob: User, secret: Room) -> Room:
    """Create a public room, which administrators run, with a message from Bob."""
    Room.objects.filter(pk=secret.pk).update(kind=Room.Kind.PUBLIC)
    posting.post_message(bob, secret.pk, body="Buy this", client_id=uuid4())
    secret.refresh_from_db()
    return secret


def test_the_table_has_every_act() -> None:
    assert {*ACTS, *BY_THEMSELVES} == set(AuditEntry.Act.values)


@pytest.mark.parametrize("name", ACTS)
def test_an_administrative_act_is_logged_with_actor_target_room_address_and_reason(
    name: str, administrator: Actor, bob: User, room: Room
) -> None:
    before, act = ACTS[name]
    if before:
        before(Actor(administrator.user), room, bob)
    act(administrator, room, bob)
    entry = AuditEntry.objects.filter(act=name, address=ADDRESS).get()
    assert administrator.user is not None
    assert (entry.actor_id, entry.actor_name) == (administrator.user.pk, administrator.user.username)
    assert abs(entry.at - timezone.now()) < timedelta(minutes=1)
    assert (entry.room_id, entry.room_name) == ((room.pk, "secret") if name in OF_A_ROOM else (None, ""))
    assert (entry.person_id, entry.person_name) == ((bob.pk, "bob") if name in ON_SOMEBODY else (None, ""))
    assert entry.reason == (WHY if "WHY" in act.__code__.co_names else "")


@pytest.mark.parametrize("name", ACTS)
def test_an_administrative_act_by_an_outsider_is_refused_and_stores_nothing(
    name: str, administrator: Actor, bob: User, mallory: User, room: Room
) -> None:
    before, act = ACTS[name]
    if before:
        before(administrator, room, bob)
    stored = everything()
    with pytest.raises(NotFound):
        act(Actor(mallory, ADDRESS), room, bob)
    assert everything() == stored


@pytest.mark.parametrize("name", BY_THEMSELVES)
def test_an_act_that_needs_no_permission_is_logged(name: str, administrator: Actor, bob: User, room: Room) -> None:
    BY_THEMSELVES[name](administrator, room, bob)
    entry = AuditEntry.objects.filter(act=name).latest("pk")
    by_the_site = name == "room.trimmed"
    assert entry.actor_name == ("" if by_the_site else "admin")
    assert entry.address == ("console" if by_the_site else ADDRESS)


def everything() -> list[object]:
    """Return everything that an act could change."""
    models = (Room, Room.members.through, Message, Ban, Invite, Report, Announcement, Invitation, AuditEntry)
    people = User.objects.values("pk", "is_active")
    return [*(list(model._default_manager.order_by("pk").values()) for model in models), list(people)]
