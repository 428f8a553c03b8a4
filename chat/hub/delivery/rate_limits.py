"""Rate limits of a user over all sockets of this process, and the sanctions for ignoring them.

A post or an edit counts for its author in that room, and for its author in all rooms together. Every other command
counts for the user, not for the socket: otherwise twenty sockets could do twenty times as much. Frames that are no
valid command are not limited here: answering `bad_frame` costs no more than answering `limited`.
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


# A socket that is refused more often than this is not read for a while: frames that are never read cost nothing.
PATIENCE = Rate(burst=50, per_minute=600)
REST_SECONDS = 5.0  # half of the time that a peer has to answer a ping: its pong is not read either


class RateLimits:
    def __init__(self) -> None:
        self._posts: Limiter[tuple[int, int]] = Limiter(conf.posts())
        self._posts_everywhere: Limiter[int] = Limiter(conf.posts_everywhere())
        self._commands: Limiter[int] = Limiter(conf.commands())
        self._refusals: Limiter[str] = Limiter(conf.refusals())
        self._patience: Limiter[str] = Limiter(PATIENCE)

    def spend(self, hub: "Hub", connection: Connection, command: Command) -> None:
        """Count a command. Raises Limited over the limit. A client that keeps going is paused or disconnected."""
        now = time.monotonic_ns()
        user = connection.user.pk
        # Only rooms that the socket is in have a bucket: invented room ids give a client no extra posts.
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
