"""How much a person may do over the sockets of this process, and what happens to those who do more.

A post or an edit counts for its author and room, and for its author in all rooms together. Everything else counts for
the person, and not for the socket: otherwise twenty sockets could do twenty times as much. A frame that is no command
does nothing, and to say so costs no more than to say that it was one too many.
"""

import time
from typing import TYPE_CHECKING

from chat import conf
from chat.errors import Limited
from chat.hub.delivery.connection import Connection
from chat.protocol.commands.base import Command
from chat.protocol.commands.messages import MessageEdit, MessagePost
from chat.runtime.rate_limiter import Limiter, Rate

if TYPE_CHECKING:
    from chat.hub.hub import Hub


# Whoever is refused this often, one upon another, is not read from for a while: what is not read costs nothing.
PATIENCE = Rate(burst=50, per_minute=600)
REST_SECONDS = 5.0  # half of what a peer has for answering a ping, which is not read either


class RateLimits:
    def __init__(self) -> None:
        self._posts: Limiter[tuple[int, int]] = Limiter(conf.posts())
        self._posts_everywhere: Limiter[int] = Limiter(conf.posts_everywhere())
        self._commands: Limiter[int] = Limiter(conf.commands())
        self._refusals: Limiter[str] = Limiter(conf.refusals())
        self._patience: Limiter[str] = Limiter(PATIENCE)

    def spend(self, hub: "Hub", connection: Connection, command: Command) -> None:
        """Take note of a command. Raises Limited where it is one too many; who goes on regardless is sent away."""
        now = time.monotonic_ns()
        user = connection.user.pk
        # Only a room in which the socket stands has a bucket: whoever makes up ids of rooms gets no more by it.
        if isinstance(command, MessagePost | MessageEdit) and hub.rooms.stands(connection, command.room):
            wait = self._posts_everywhere.wait(user, now) or self._posts.take((user, command.room), now)
            if not wait:
                self._posts_everywhere.spend(user, now, 1)
        else:
            wait = self._commands.take(user, now)
        if wait:
            if self._refusals.take(connection.id, now):
                connection.send_away()
            elif self._patience.take(connection.id, now):
                connection.rest(REST_SECONDS)
            raise Limited(wait)
