"""Envelopes: the messages that hubs send each other over the channel layer, by type.

A message of the layer does not carry its group, so each envelope names the room or the user. During an upgrade, servers
of the previous release read these envelopes and send theirs: add fields with a default, and rename none.
"""

import asyncio
import hashlib
import logging
from collections.abc import Iterable, Sequence
from typing import Any, Self

import msgspec
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from chat.protocol.events import Event

logger = logging.getLogger(__name__)

ALL_HUBS = "people"  # the group that every hub is in

MOST_JOINED = 50  # events in one envelope
SEND_SECONDS = 3.0  # for one round trip; if Redis takes longer, it is away, and the hubs' check delivers later


def room_group(room_id: int) -> str:
    return f"room.{room_id}"


def user_group(user_id: int) -> str:
    return f"user.{user_id}"


class Outgoing(msgspec.Struct, tag_field="type", omit_defaults=True):
    """An envelope to the hubs in `group`."""

    group: str


# -- For a room --------------------------------------------------------------------------------------------------------


class RoomEvent(Outgoing, tag="room.event"):
    """A numbered event."""

    event: Event

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls(room_group(event["room"]), event)


class RoomEvents(Outgoing, tag="room.events"):
    """Several numbered events of one room."""

    events: list[Event]


class RoomDeleted(Outgoing, tag="room.deleted"):
    """A deletion, handled out of turn: the events before it must not be shown any more."""

    event: Event

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls(room_group(event["room"]), event)


class RoomSeen(Outgoing, tag="room.seen"):
    """An ephemeral, unnumbered event for the tabs that show the room."""

    event: Event

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls(room_group(event["room"]), event)


# -- For a user --------------------------------------------------------------------------------------------------------


class UserEvent(Outgoing, tag="user.event"):
    user: int
    event: Event
    for_administrator: bool = False
    """Only for sessions with the rights of an administrator."""

    @classmethod
    def of(cls, user_id: int, event: Event, *, for_administrator: bool = False) -> Self:
        return cls(user_group(user_id), user_id, event, for_administrator)


class BlocksChanged(Outgoing, tag="blocks.changed"):
    """Hubs with tabs of the user read the blocks again, so that the order of two envelopes does not matter."""

    user: int

    @classmethod
    def of(cls, user_id: int) -> Self:
        return cls(user_group(user_id), user_id)


class SessionEnded(Outgoing, tag="session.ended"):
    user: int
    session: str | None
    """The fingerprint of the session, or None for all sessions of the user."""

    @classmethod
    def of(cls, user_id: int, session: str | None) -> Self:
        fingerprint = None if session is None else session_fingerprint(session)
        return cls(user_group(user_id), user_id, fingerprint)


class ConnectionEnded(Outgoing, tag="connection.ended"):
    """Closes one connection, in the one hub that has it."""

    user: int
    connection: str

    @classmethod
    def of(cls, user_id: int, connection_id: str) -> Self:
        return cls(user_group(user_id), user_id, connection_id)


# -- For every hub -----------------------------------------------------------------------------------------------------


class PeopleChanged(Outgoing, tag="people.changed"):
    """Changed statuses and profiles, which the tabs of any hub may show."""

    people: list[dict[str, Any]]  # events.person_state

    @classmethod
    def of(cls, people: list[dict[str, Any]]) -> Self:
        return cls(ALL_HUBS, people)


class UserChanged(Outgoing, tag="user.changed"):
    """A new name or picture, sent once for all rooms that know the user."""

    rooms: list[int]
    event: Event

    @classmethod
    def of(cls, event: Event, room_ids: Iterable[int]) -> Self:
        return cls(ALL_HUBS, list(room_ids), event)


class SiteAnnounced(Outgoing, tag="site.announced"):
    """Hubs read the announcement again, so that the order of two envelopes does not matter."""

    @classmethod
    def to_all(cls) -> Self:
        return cls(ALL_HUBS)


class RollCalled(Outgoing, tag="roll.called"):
    """Asks for connections. The answers go to the group `answer_to`, as RollAnswered."""

    answer_to: str

    @classmethod
    def to_all(cls, answer_to: str) -> Self:
        return cls(ALL_HUBS, answer_to)


class RollAnswered(Outgoing, tag="roll.answered"):
    """Some of a hub's connections, for the page that asked."""

    node: str
    host: str
    connections: list[dict[str, Any]]
    last: bool


Envelope = (
    RoomEvent
    | RoomEvents
    | RoomDeleted
    | RoomSeen
    | UserEvent
    | BlocksChanged
    | SessionEnded
    | ConnectionEnded
    | PeopleChanged
    | UserChanged
    | SiteAnnounced
    | RollCalled
)
"""The envelopes that a hub receives."""


def decode(message: dict[str, Any]) -> Envelope:
    """Convert a message of the layer to an envelope. Raises msgspec.ValidationError."""
    return msgspec.convert(message, Envelope)


def encode(envelope: Outgoing, process: str = "") -> dict[str, Any]:
    """Convert an envelope to a message of the layer. It starts with the id of the sending process, if that is given."""
    sender = {"from": process} if process else {}
    return sender | msgspec.to_builtins(envelope)


def session_fingerprint(session: str) -> str:
    """Hash the session key. It works like a password, so the key itself is never sent."""
    return hashlib.sha256(session.encode()).hexdigest()


def joined(envelopes: Iterable[Outgoing]) -> list[Outgoing]:
    """Join the events of each room: an envelope costs as much with one event as with many."""
    found: list[Outgoing] = []
    open_ones: dict[str, RoomEvents] = {}
    for envelope in envelopes:
        if not isinstance(envelope, RoomEvent):
            found.append(envelope)
            continue
        group = envelope.group
        if group not in open_ones or len(open_ones[group].events) == MOST_JOINED:
            open_ones[group] = RoomEvents(group, [])
            found.append(open_ones[group])
        open_ones[group].events.append(envelope.event)
    return found


async def send(envelopes: Sequence[Outgoing], process: str = "") -> None:
    """Publish in one round trip. A failure is logged and not retried, since hubs find what they missed."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            outgoing = [(envelope.group, encode(envelope, process)) for envelope in joined(envelopes)]
            await get_channel_layer().group_send_many(outgoing)
    except Exception as error:
        logger.warning("%d events, the first for %s, were not published: %r", len(envelopes), envelopes[0].group, error)


def send_without_a_hub(envelope: Outgoing) -> None:
    """Publish from a process that serves no sockets, such as a management command."""
    async_to_sync(send)([envelope])
