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
        self.address = address  # of the peer, as reported by our own proxies
        self.device = device  # the browser's User-Agent
        self.since = timezone.now()
        self.room: int | None = None  # the room that the tab shows
        self.typing_rights: TypingRights | None = None  # in that room
        self.has_shown_factor = False  # in its session; renewed by each check of the sessions
        self.blocked: frozenset[int] = frozenset()  # users blocked by this user, as the tab was told
        self._early: list[Frame] | None = []  # frames that wait for the greeting
        self.sees_hidden = False  # shows invisible users in that room's sidebar
        # Frames wait for the greeting. Then `deliver` is the transport's method: a wrapper would slow fan-out.
        self.deliver: Callable[[Frame], None] = self._early.append
        self._transport = transport
        self._refusals: Coalescer | None = None  # only sockets with refused commands have one
        self._dropped: dict[MakeUp, None] | None = {}  # until the greeting, and while the reader is behind
        self._waiting: list[Callable[[], None]] = []  # called once the reader has caught up

    @property
    def is_greeted(self) -> bool:
        """True if `hello` was delivered. No frame goes out before it."""
        return self._early is None

    def greet(self, *hello: dict[str, Any]) -> None:
        """Deliver `hello`, then the frames that arrived while its rooms were read, and make up for ephemeral ones."""
        early, self._early = self._early or [], None
        self.deliver = self._transport.deliver
        self.tell(*hello)
        for frame in early:
            self.deliver(frame)
        self._make_up()

    def deliver_ephemeral(self, frame: Frame, *make_up: MakeUp) -> None:
        """Deliver a frame that matters only now. It is dropped if the reader is behind.

        Each callback in `make_up` is called once with this connection when the reader has caught up, however often it
        was given, and sends the current state. Without a callback, a dropped frame is lost, which is right for states
        that expire by themselves.
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
        self._transport.close(code)

    def end(self) -> None:
        self._transport.end()

    def rest(self, seconds: float) -> None:
        self._transport.rest(seconds)

    @property
    def is_behind(self) -> bool:
        return self._transport.is_behind

    def when_caught_up(self, callback: Callable[[], None]) -> None:
        """Call `callback` once a reader who is behind has taken everything. A socket that closes first never does."""
        self._waiting.append(callback)
        if len(self._waiting) == 1:
            self._transport.when_caught_up(self._caught_up)

    def _caught_up(self) -> None:
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback()

    def tell(self, *events: dict[str, Any]) -> None:
        if events:
            self.deliver(Frame.of(*events))

    def refuse(self, error: dict[str, Any]) -> None:
        """Send a rate-limit error. Errors are coalesced: writing each one costs more than refusing the command."""
        if self._refusals is None:
            self._refusals = Coalescer(self.deliver, asyncio.get_running_loop())
        self._refusals.put(Frame.of(error))

    def send_away(self) -> None:
        """Close the socket of a client that ignores the rate limit."""
        if self._refusals is not None:
            self._refusals.flush()
        self.close(FLOODED)
