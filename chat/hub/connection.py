"""One socket, as the hub sees it."""

import asyncio
import uuid
from typing import TYPE_CHECKING, Any

from chat.hub.frame import Frame
from chat.hub.joiner import Joiner
from chat.hub.outlets import Outlet

if TYPE_CHECKING:
    from accounts.models import User

# Close codes (docs/protocol.md)
UNSUPPORTED_DATA = 1003
TRY_AGAIN_LATER = 1013
SIGNED_OUT = 4001
FLOODED = 4029
TOO_MANY_SOCKETS = 4030


class Connection:
    """A socket of a signed-in user, in one of their tabs."""

    def __init__(self, user: "User", session: str, outlet: Outlet) -> None:
        self.id = uuid.uuid4().hex
        self.user = user
        self.session = session  # its key
        self.room: int | None = None  # that the tab shows
        self.deliver, self.close, self.end, self.rest = outlet.deliver, outlet.close, outlet.end, outlet.rest
        self._refusals: Joiner | None = None  # of the few that are refused anything

    def tell(self, *events: dict[str, Any]) -> None:
        """Deliver events for this socket alone, as one frame."""
        if events:
            self.deliver(Frame.of(*events))

    def refuse(self, error: dict[str, Any]) -> None:
        """Tell of one command too many. Many such answers go together: to write each costs more than to refuse it."""
        if self._refusals is None:
            self._refusals = Joiner(self.deliver, asyncio.get_running_loop())
        self._refusals.put(Frame.of(error))

    def send_away(self) -> None:
        """It went on although it was told."""
        if self._refusals is not None:
            self._refusals.flush()
        self.close(FLOODED)
