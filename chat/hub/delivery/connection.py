"""One socket, as the hub sees it."""

import asyncio
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from chat.hub.delivery.coalescer import Coalescer
from chat.hub.delivery.frame import Frame
from chat.hub.delivery.transports import Transport
from chat.hub.delivery.typing_rights import TypingRights

if TYPE_CHECKING:
    from accounts.models import User

# Close codes (docs/protocol.md)
UNSUPPORTED_DATA = 1003
TRY_AGAIN_LATER = 1013
SIGNED_OUT = 4001
DISCONNECTED = 4003
FLOODED = 4029
TOO_MANY_SOCKETS = 4030


MakeUp = Callable[["Connection"], None]


class Connection:
    """A socket of a signed-in user, in one of their tabs."""

    def __init__(self, user: "User", session: str, transport: Transport, address: str = "", device: str = "") -> None:
        self.id = uuid.uuid4().hex
        self.user = user
        self.session = session  # its key
        self.address = address  # of the peer, as far as our own proxies vouch for it
        self.device = device  # what the browser says that it is
        self.since = timezone.now()
        self.room: int | None = None  # that the tab shows
        self.typing_rights: TypingRights | None = None  # in that room
        self.has_shown_factor = False  # in its session; renewed by each check of the sessions
        self.blocked: frozenset[int] = frozenset()  # people that the user blocks, as the tab was told
        self._early: list[Frame] | None = []  # frames that wait for the greeting
        self.sees_hidden = False  # in that room's sidebar, those who do not want to be seen
        # Frames wait for the greeting. After it, `deliver` is the transport's own: a wrapper would slow down fan-out.
        self.deliver: Callable[[Frame], None] = self._early.append
        self._transport = transport
        self._refusals: Coalescer | None = None  # of the few that are refused anything
        self._dropped: dict[MakeUp, None] | None = {}  # what makes up for it, before the greeting and for slow readers
        self._waiting: list[Callable[[], None]] = []  # for the reader to catch up

    @property
    def is_greeted(self) -> bool:
        """Whether `hello` was delivered. No frame goes out before it."""
        return self._early is None

    def greet(self, *hello: dict[str, Any]) -> None:
        """Deliver `hello`, then the frames that came in while its rooms were read, and make up for ephemeral ones."""
        early, self._early = self._early or [], None
        self.deliver = self._transport.deliver
        self.tell(*hello)
        for frame in early:
            self.deliver(frame)
        self._make_up()

    def deliver_ephemeral(self, frame: Frame, *make_up: MakeUp) -> None:
        """Deliver what counts only now: it is dropped where the reader is behind.

        What is in `make_up` is called once they have caught up, with this connection, and tells how things are by then;
        once, however often it was given. Without it, what was dropped is gone, as is right for what passes by itself.
        """
        if self._dropped is None and not self._transport.is_behind:
            self.deliver(frame)
        elif make_up:
            if self._dropped is None:
                self._dropped = {}
                self.when_caught_up(self._make_up)
            self._dropped |= dict.fromkeys(make_up)

    def _make_up(self) -> None:
        dropped, self._dropped = self._dropped, None
        for make_up in dropped or ():
            make_up(self)

    def close(self, code: int) -> None:
        """Close the socket after the frames that are in line. No frame follows."""
        self._transport.close(code)

    def end(self) -> None:
        """Release what the transport holds: the socket is gone."""
        self._transport.end()

    def rest(self, seconds: float) -> None:
        """Read nothing from the client for a while, if the server can do that."""
        self._transport.rest(seconds)

    @property
    def is_behind(self) -> bool:
        """Whether the reader has not taken everything yet."""
        return self._transport.is_behind

    def when_caught_up(self, callback: Callable[[], None]) -> None:
        """Call it once the reader, who is behind, has taken everything; never, if the socket closes before."""
        self._waiting.append(callback)
        if len(self._waiting) == 1:
            self._transport.when_caught_up(self._caught_up)

    def _caught_up(self) -> None:
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback()

    def tell(self, *events: dict[str, Any]) -> None:
        """Deliver events for this socket alone, as one frame."""
        if events:
            self.deliver(Frame.of(*events))

    def refuse(self, error: dict[str, Any]) -> None:
        """Tell of one command too many. Many such answers go together: to write each costs more than to refuse it."""
        if self._refusals is None:
            self._refusals = Coalescer(self.deliver, asyncio.get_running_loop())
        self._refusals.put(Frame.of(error))

    def send_away(self) -> None:
        """It went on although it was told."""
        if self._refusals is not None:
            self._refusals.flush()
        self.close(FLOODED)
