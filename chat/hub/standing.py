"""Standing of all sockets: the sessions and memberships that they depend on, read from the database.

Events announce an ended session or membership at once. This read is for an event that was lost: each process
periodically checks all its sockets.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from accounts.sessions import sessions as accounts_sessions
from accounts.sessions.sessions import Held
from chat.models import Membership


@dataclass(slots=True)
class Standing:
    """Valid sessions, and the rooms of each user with the read positions."""

    sessions: dict[str, Held]
    asleep: set[tuple[int, int]] = field(default_factory=set)
    """Users and rooms of conversations that tabs need not be attached to."""
    rooms: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))


def read_standing(users: Collection[int], sessions: Collection[str]) -> Standing:
    standing = Standing(accounts_sessions.read(sessions))
    for batch in accounts_sessions.batches(users):
        memberships = Membership.objects.current().filter(user__in=batch)
        for user, room, last_read in memberships.values_list("user_id", "room_id", "last_read"):
            standing.rooms[user][room] = last_read
        standing.asleep.update(memberships.asleep().values_list("user_id", "room_id"))
    return standing
