"""Whether sockets may still stand where they stand: what the database says, for all of them at once.

Whoever signs out, is deactivated or leaves a room is told so by an event, at once. This is for the event that was lost:
a process looks at everything that its sockets rest on, from time to time.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from accounts.sessions import sessions as accounts_sessions
from accounts.sessions.sessions import Held
from chat.models import Membership


@dataclass(slots=True)
class Standing:
    """The sessions that are in force, and the rooms that each user is in, with how far they have read there."""

    sessions: dict[str, Held]
    asleep: set[tuple[int, int]] = field(default_factory=set)
    """The users and rooms of conversations in which no tab needs to stand."""
    rooms: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))


def read_standing(users: Collection[int], sessions: Collection[str]) -> Standing:
    standing = Standing(accounts_sessions.read(sessions))
    for batch in accounts_sessions.batches(users):
        memberships = Membership.objects.current().filter(user__in=batch)
        for user, room, last_read in memberships.values_list("user_id", "room_id", "last_read"):
            standing.rooms[user][room] = last_read
        standing.asleep.update(memberships.asleep().values_list("user_id", "room_id"))
    return standing
