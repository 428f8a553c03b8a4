"""A site whose user-entered names all have their maximum length, and no space to break at."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from accounts.signup import invitations as site_invitations
from chat.conf import body_length
from chat.models import Membership, Message, Room
from chat.models.announcement import ANNOUNCEMENT_LENGTH
from chat.models.membership import REASON_LENGTH
from chat.models.room import DESCRIPTION_LENGTH, NAME_LENGTH, TOPIC_LENGTH
from chat.models.status import TEXT_LENGTH
from chat.permissions.actor import Actor
from chat.services.messages import editing, pins, posting, reactions
from chat.services.moderation import moderation, mutes, reports
from chat.services.people import blocks, status
from chat.services.rooms import directs, invites, membership
from chat.services.site import announcements

DISPLAY_NAME_LENGTH = 80
EXCERPT = 600  # characters of a message: enough for the widest screen
EMOJI = ("👍", "🎉", "😂", "👀", "🙏", "❤️", "🔥", "✅", "🚀", "😮", "😢", "🐦", "⛵", "🌊")


def longest(letter: str, length: int) -> str:
    return letter * length


@dataclass(frozen=True)
class Widest:
    """The rows of the site. `room` has a thread, a pin, reactions, edits, a report and a mute; `direct` is with Bob."""

    room: Room
    direct: Room
    root: Message
    room_link: str
    site_link: str


def fill_widest(alice: User, bob: User, mallory: User) -> Widest:
    """Fill a site that Alice administers. She owns the room, Bob moderates it, Carol is muted, Mallory never joined."""
    carol = User.objects.create_user("carol", display_name=longest("c", DISPLAY_NAME_LENGTH))
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    alice.refresh_from_db()
    for person, letter in ((alice, "w"), (bob, "m"), (mallory, "o")):
        User.objects.filter(pk=person.pk).update(display_name=longest(letter, DISPLAY_NAME_LENGTH))
        person.refresh_from_db()
        status.set_status(person, mode="dnd", text=longest("z", TEXT_LENGTH), emoji="⛵")
    room = membership.create_room(
        alice,
        longest("w", NAME_LENGTH),
        topic=longest("t", TOPIC_LENGTH),
        description=longest("d", DESCRIPTION_LENGTH),
        emoji="⛵",
    )
    for person in (bob, carol):
        membership.join(person, room.pk)
    by = Actor(alice)
    root = _talk(room, alice, bob)
    reports.report_message(alice, room.pk, root.pk, longest("r", REASON_LENGTH))
    moderation.set_slow(by, room.pk, 30)
    until = timezone.now() + timedelta(hours=1)
    mutes.mute(by, room.pk, carol.pk, until=until, reason=longest("q", REASON_LENGTH))
    direct = directs.open_direct(alice, [bob.pk])
    _say(bob, direct, longest("b", EXCERPT))
    blocks.block(alice, carol.pk)
    announcements.announce(by, longest("a", ANNOUNCEMENT_LENGTH))
    room_link = f"/join/{invites.make_link(by, room.pk)[1]}/"
    site_link = f"/accounts/invited/{site_invitations.make(alice)[1]}/"
    Membership.objects.filter(room=room, user=bob).update(role=Membership.Role.MODERATOR)
    return Widest(room, direct, root, room_link, site_link)


def _talk(room: Room, alice: User, bob: User) -> Message:
    root = _say(bob, room, longest("b", EXCERPT))
    for emoji in EMOJI:
        reactions.add_reaction(alice, room.pk, root.pk, emoji)
    pins.pin(alice, room.pk, root.pk)
    code = f"```\n{longest('c', EXCERPT)}\n```"
    for body in (code, f"> {longest('q', EXCERPT)}", f"https://example.org/{longest('l', EXCERPT)}", "/me waves"):
        _say(alice, room, body, quote=root.pk)
        _say(alice, room, body, thread=root.pk)
    editing.edit_message(bob, room.pk, root.pk, longest("e", EXCERPT))
    _say(bob, room, longest("n", body_length()))
    return root


def _say(author: User, room: Room, body: str, **details: int) -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details)
