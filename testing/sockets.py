"""A plain, strict client of the socket, written after `docs/protocol.md`."""

import asyncio
import itertools
import json
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from websockets.exceptions import ConnectionClosed

from testing.documented import check_event
from testing.machine import patience

if TYPE_CHECKING:
    from accounts.models import User

Event = dict[str, Any]
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"

Opening = TypeVar("Opening", covariant=True)


class Endpoint(Protocol[Opening]):
    """A site that accepts sockets: a server process (`Server`), or one within the test (`InProcessServer`)."""

    @property
    def origin(self) -> str: ...

    def open_socket(self, origin: str | None, headers: dict[str, str], **options: Any) -> Opening: ...


class Refused(Exception):
    """An error in answer to a command."""

    def __init__(self, event: Event) -> None:
        super().__init__(f"{event['code']}: {event['detail']}")
        self.code: str = event["code"]
        self.detail: str = event["detail"]
        self.retry: bool = event["retry"]
        self.retry_after: float | None = event.get("retry_after")
        self.message: Event | None = event.get("message")


class Client:
    """The socket of one tab: `async with Client(server, alice) as client`, in a new session or in that of a `cookie`.

    `log` holds every event in the order of arrival. `event` waits for one and takes each only once.
    """

    def __init__(self, server: Endpoint, user: "User | None" = None, **options: Any) -> None:
        self.server = server
        self.user = user
        self.cookie: str = options.pop("cookie", "")
        self.options = options
        self.log: list[Event] = []
        self.hello: Event = {}
        self._untaken: list[Event] = []
        self._waiting: list[tuple[Callable[[Event], bool], asyncio.Future[Event]]] = []
        self._answers: dict[int, asyncio.Future[Event]] = {}
        self._news = asyncio.Condition()
        self._ended = False
        self._ids = itertools.count(1)

    async def __aenter__(self) -> Self:
        if self.user and not self.cookie:
            self.cookie = await sync_to_async(session_cookie)(self.user)
        self.socket = await open_socket(self.server, self.cookie, **self.options)
        self._reader = asyncio.create_task(self._read())
        self.hello = await self.event("hello")
        assert self.log[0] is self.hello, f"{self.log[0]['type']} came before hello"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()
        await self._reader

    async def command(self, type: str, timeout: float = 10, **members: Any) -> Event:
        """Send a command and wait for its answer: the ack, or `Refused`."""
        return await self.answer(await self.ask(type, **members), timeout)

    async def ask(self, type: str, **members: Any) -> int:
        """Send a command without waiting, and return its id for `answer`."""
        id = next(self._ids)
        self._answers[id] = asyncio.get_running_loop().create_future()
        await self.send(json.dumps({"type": type, "id": id, **members}))
        return id

    async def answer(self, id: int, timeout: float = 10) -> Event:
        try:
            answer = await self._in_time(self._answers[id], timeout, "answer")
        finally:
            del self._answers[id]
        if answer["type"] == "error":
            raise Refused(answer)
        return answer

    async def event(self, type: str, timeout: float = 5, **members: Any) -> Event:
        """Wait for the next event of that type with those members, and take it."""
        wanted = {"type": type, **members}.items()
        return await self._take(lambda event: wanted <= event.items(), timeout, f"{type} {members or ''}")

    async def any_event(self) -> None:
        """Wait for any further event."""
        async with self._news:
            await self._news.wait()

    def seen(self, type: str) -> list[Event]:
        return [event for event in self.log if event["type"] == type]

    def forget(self) -> None:
        """Drop the events received so far, in a test that would collect too many."""
        self.log.clear()
        self._untaken.clear()

    async def send(self, frame: str | bytes) -> None:
        await self.socket.send(frame)

    async def closed(self, timeout: float = 5) -> int:
        """Wait for the server to close the socket, and return its close code."""
        await asyncio.wait_for(self.socket.wait_closed(), patience(timeout))
        assert self.socket.close_code is not None
        return self.socket.close_code

    def vanish(self) -> None:
        """Cut the connection without a close frame, like a killed browser."""
        self.socket.transport.abort()

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            async for frame in self.socket:
                await self._note(json.loads(frame))
        self._ended = True
        for future in [*self._answers.values(), *(future for _, future in self._waiting)]:
            future.cancel()
        await self._note([])

    async def _note(self, events: list[Event]) -> None:
        for event in events:
            check_event(event)
        self.log += events
        for event in events:
            self._hand_over(event)
        async with self._news:
            self._news.notify_all()

    def _hand_over(self, event: Event) -> None:
        """Give the event to a caller that waits for it, or keep it."""
        if event["type"] in ("ack", "error") and (future := self._answers.get(event["id"])):
            _resolve(future, event)
            return
        for waiting in self._waiting:
            wanted, future = waiting
            if wanted(event):
                self._waiting.remove(waiting)
                _resolve(future, event)
                return
        self._untaken.append(event)

    async def _take(self, wanted: Callable[[Event], bool], timeout: float, what: str) -> Event:
        found = next(filter(wanted, self._untaken), None)
        if found is not None:
            self._untaken.remove(found)
            return found
        waiting = wanted, asyncio.get_running_loop().create_future()
        if self._ended:
            waiting[1].cancel()
        self._waiting.append(waiting)
        try:
            return await self._in_time(waiting[1], timeout, what)
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    async def _in_time(self, future: asyncio.Future[Event], timeout: float, what: str) -> Event:
        await asyncio.wait([future], timeout=patience(timeout))
        answered = future.done() and not future.cancelled()
        assert answered, f"No {what} within {patience(timeout):.4g} s; the latest were {self.log[-10:]}."
        return future.result()


def _resolve(future: asyncio.Future[Event], event: Event) -> None:
    if not future.done():
        future.set_result(event)


def open_socket(server: Endpoint[Opening], cookie: str = "", origin: str | None = "", **options: Any) -> Opening:
    """Open a socket in that session, from one of the server's own origins or from `origin`; None sends no origin."""
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"} if cookie else {}
    headers |= options.pop("headers", {})
    return server.open_socket(None if origin is None else origin or server.origin, headers, **options)


def session_cookie(user: "User", *, has_shown_factor: bool = False) -> str:
    """Return the key of a new session of that user, as if they had signed in some time ago."""
    from accounts.sessions.store import SessionStore

    session = SessionStore()
    methods = ["password", "mfa"] if has_shown_factor else ["password"]
    session["account_authentication_methods"] = [{"method": method, "at": 0} for method in methods]
    session["account_authentication_methods_user"] = str(user.pk)
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = MODEL_BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    assert session.session_key
    return session.session_key
