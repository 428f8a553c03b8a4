"""Census of open connections on all servers. No store holds them, so every hub is asked and answers for itself.

The question goes to the group that all hubs are in, with the name of the group to answer to.
"""

import asyncio
import logging
import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from chat import conf
from chat.hub.delivery.connection import Connection
from chat.hub.layer import envelopes
from presence import reads
from presence.errors import PresenceUnavailable
from presence.tracker import get_tracker

if TYPE_CHECKING:
    from chat.hub.hub import Hub

logger = logging.getLogger(__name__)

WAIT_SECONDS = 1.5  # for the answers
CLEAN_UP_SECONDS = 0.25  # clean-up that takes longer goes on after the answer
MOST_TOGETHER = 500  # connections in an answer


@dataclass(frozen=True, slots=True)
class Socket:
    """One connection, as its hub reports it."""

    id: str
    user: int
    username: str
    name: str
    since: datetime
    device: str  # the browser's User-Agent
    address: str
    room: int | None  # the room that the tab shows
    hidden: bool
    node: str
    host: str


@dataclass(slots=True)
class RollCall:
    """The hubs' answers. `known` is false if the hubs could not be asked."""

    known: bool = True
    sockets: list[Socket] = field(default_factory=list)  # the latest first
    nodes: dict[str, str] = field(default_factory=dict)  # nodes that answered, with their hosts
    silent: frozenset[str] = frozenset()  # nodes that presence knows and that did not answer

    def of(self, user: int) -> list[Socket]:
        return [each for each in self.sockets if each.user == user]


# -- The process that asks ---------------------------------------------------------------------------------------------


def call() -> RollCall:
    """Ask all hubs and wait for their answers, at most 3 s. For code without an event loop, such as views."""
    try:
        expected = reads.nodes()
    except PresenceUnavailable:
        return RollCall(known=False)
    return async_to_sync(_call)(expected)


async def _call(expected: frozenset[str]) -> RollCall:
    answers = _Answers(expected)
    listening = asyncio.create_task(_listen(answers))
    complete = asyncio.create_task(answers.complete.wait())
    await asyncio.wait({listening, complete}, timeout=WAIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if listening.done():
        logger.warning("The hubs cannot be asked who is connected: %r", listening.exception())
    complete.cancel()
    listening.cancel()
    await asyncio.wait({listening}, timeout=CLEAN_UP_SECONDS)
    return answers.result(is_known=answers.is_asked)


async def _listen(answers: "_Answers") -> None:
    """Ask, and read answers until cancelled. The layer then forgets the channel, which is wanted here."""
    layer, group = get_channel_layer(), f"roll.{uuid.uuid4().hex}"
    channel = await layer.new_channel("roll.")
    await layer.group_add(group, channel)
    try:
        await layer.group_send(envelopes.ALL_HUBS, envelopes.encode(envelopes.RollCalled.to_all(group)))
        answers.is_asked = True
        answers.check()
        while True:
            answers.take(msgspec.convert(await layer.receive(channel), envelopes.RollAnswered))
    finally:
        await layer.group_discard(group, channel)


class _Answers:
    """The answers that have arrived, compared with the nodes that are expected to answer."""

    def __init__(self, expected: frozenset[str]) -> None:
        self._expected = expected
        self._sockets: list[Socket] = []
        self._nodes: dict[str, str] = {}
        self.is_asked = False
        self.complete = asyncio.Event()

    def take(self, answer: envelopes.RollAnswered) -> None:
        self._sockets += [_socket(each, answer.node, answer.host) for each in answer.connections]
        if answer.last:
            self._nodes[answer.node] = answer.host
            self.check()

    def check(self) -> None:
        if self._expected <= self._nodes.keys():
            self.complete.set()

    def result(self, *, is_known: bool) -> RollCall:
        if not is_known:
            return RollCall(known=False)
        latest_first = sorted(self._sockets, key=lambda each: each.since, reverse=True)
        return RollCall(True, latest_first, self._nodes, self._expected - self._nodes.keys())


def _socket(told: dict[str, Any], node: str, host: str) -> Socket:
    return Socket(**told | {"since": datetime.fromisoformat(told["since"])}, node=node, host=host)


# -- The hubs that answer ----------------------------------------------------------------------------------------------


def answer(hub: "Hub", group: str, publish: Callable[[envelopes.RollAnswered], None]) -> None:
    """Answer with this process's connections. Invisible users do not even count, unless administrators may see them."""
    told = list(_connections(hub))
    node, host = get_tracker().node, socket.gethostname()
    for start in range(0, max(1, len(told)), MOST_TOGETHER):
        some = told[start : start + MOST_TOGETHER]
        is_last = start + MOST_TOGETHER >= len(told)
        publish(envelopes.RollAnswered(group, node, host, some, is_last))


def _connections(hub: "Hub") -> Iterator[dict[str, Any]]:
    for user, connections in hub.connections.items():
        greeted = [connection for connection in connections if connection.is_greeted]
        hidden = bool(greeted) and hub.people.is_hidden(user)
        if not hidden or conf.administrators_see_hidden():
            yield from (_told(connection, hidden) for connection in greeted)


def _told(connection: Connection, hidden: bool) -> dict[str, Any]:
    user = connection.user
    return {
        "id": connection.id,
        "user": user.pk,
        "username": user.username,
        "name": user.name,
        "since": connection.since.isoformat(),
        "device": connection.device,
        "address": connection.address,
        "room": connection.room,
        "hidden": hidden,
    }
