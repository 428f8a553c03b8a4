"""Obstacles to entering a room, for every way in."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from chat.errors import Forbidden
from chat.models import Ban, Room
from chat.services.shared.validation import time_for

if TYPE_CHECKING:
    from accounts.models import User


def check_may_enter(room: Room, user: "User") -> None:
    """Raise Forbidden with the reason, if the user cannot enter. Call it only for a user who may know of the room."""
    if words := obstacle(room, user):
        raise Forbidden(words)


def obstacle(room: Room, user: "User") -> str:
    """Return the reason why the user cannot enter, as a sentence for them; empty if they can."""
    if room.archived_at is not None:
        return _("This room is archived. Former members can read it, but no one can join.")
    ban = Ban.objects.of(user).filter(room=room).first()
    return _of_the_ban(ban, user) if ban else ""


def _of_the_ban(ban: Ban, user: "User") -> str:
    if ban.until is None:
        words = _("You are banned from this room.")
    else:
        words = _("You are banned from this room until %(until)s.") % {"until": time_for(user, ban.until)}
    return _("%(sentence)s Reason: %(reason)s") % {"sentence": words, "reason": ban.reason} if ban.reason else words
