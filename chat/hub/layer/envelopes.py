"""What travels over the channel layer, to which group, and how it is sent.

A channel layer's event does not say which group it came by, so that the room or the user stands in it.
"""

import asyncio
import hashlib
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

Envelope = dict[str, Any]

PEOPLE_GROUP = "people"  # every hub is in it

MOST_JOINED = 50  # events in one envelope
SEND_SECONDS = 3.0  # for one round trip; Redis that takes longer is away, and the hubs' check will do


def room_group(room_id: int) -> str:
    return f"room.{room_id}"


def user_group(user_id: int) -> str:
    return f"user.{user_id}"


def for_room(event: dict[str, Any]) -> Envelope:
    return {"type": "room.event", "group": room_group(event["room"]), "event": event}


def room_deleted(event: dict[str, Any]) -> Envelope:
    """Out of turn: what came before it is not to be seen any more."""
    return {"type": "room.deleted", "group": room_group(event["room"]), "event": event}


def for_viewers(event: dict[str, Any]) -> Envelope:
    """For those who look at the room: ephemeral, without a number."""
    return {"type": "room.seen", "group": room_group(event["room"]), "event": event}


def for_user(user_id: int, event: dict[str, Any]) -> Envelope:
    return {"type": "user.event", "group": user_group(user_id), "user": user_id, "event": event}


def for_administrator(user_id: int, event: dict[str, Any]) -> Envelope:
    """For those of the user's tabs in a session that has shown a second factor, while administrators need one."""
    return for_user(user_id, event) | {"for_administrator": True}


def blocks_changed(user_id: int) -> Envelope:
    """For the hubs that have tabs of the user: each reads what holds now, so that the order of two does not matter."""
    return {"type": "blocks.changed", "group": user_group(user_id), "user": user_id}


def people_changed(people: list[dict[str, Any]]) -> Envelope:
    """For every hub, since whoever sees these people may be anywhere (events.person_state)."""
    return {"type": "people.changed", "group": PEOPLE_GROUP, "people": people}


def user_changed(event: dict[str, Any], room_ids: Iterable[int]) -> Envelope:
    """For every hub, once, however many rooms the person is known in."""
    return {"type": "user.changed", "group": PEOPLE_GROUP, "rooms": list(room_ids), "event": event}


def site_announced() -> Envelope:
    """For every hub: each reads what is shown now, so that the order of two such words does not matter."""
    return {"type": "site.announced", "group": PEOPLE_GROUP}


def session_ended(user_id: int, session: str | None) -> Envelope:
    fingerprint = None if session is None else session_fingerprint(session)
    return {"type": "session.ended", "group": user_group(user_id), "user": user_id, "session": fingerprint}


def connection_ended(user_id: int, connection: str) -> Envelope:
    """For the one hub that has it."""
    return {"type": "connection.ended", "group": user_group(user_id), "user": user_id, "connection": connection}


def roll_called(answer_to: str) -> Envelope:
    return {"type": "roll.called", "group": PEOPLE_GROUP, "answer_to": answer_to}


def roll_answered(group: str, node: str, host: str, connections: list[dict[str, Any]], last: bool) -> Envelope:
    return {
        "type": "roll.answered",
        "group": group,
        "node": node,
        "host": host,
        "connections": connections,
        "last": last,
    }


def session_fingerprint(session: str) -> str:
    """A session's key is its password: it does not travel."""
    return hashlib.sha256(session.encode()).hexdigest()


def joined(envelopes: Iterable[Envelope]) -> list[Envelope]:
    """The same with the events of each room together: an envelope costs as much with one as with many."""
    found: list[Envelope] = []
    open_ones: dict[str, Envelope] = {}
    for envelope in envelopes:
        if envelope["type"] != "room.event":
            found.append(envelope)
            continue
        group, event = envelope["group"], envelope["event"]
        if group not in open_ones or len(open_ones[group]["events"]) == MOST_JOINED:
            head = {name: value for name, value in envelope.items() if name != "event"}
            open_ones[group] = head | {"type": "room.events", "events": []}
            found.append(open_ones[group])
        open_ones[group]["events"].append(event)
    return found


async def send(envelopes: Sequence[Envelope]) -> None:
    """Publish, in one round trip; a failure is logged and forgotten, since the hubs find what they missed."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            outgoing = [(envelope["group"], envelope) for envelope in joined(envelopes)]
            await get_channel_layer().group_send_many(outgoing)
    except Exception as error:
        logger.warning(
            "%d events, the first for %s, were not published: %r", len(envelopes), envelopes[0]["group"], error
        )


def send_without_a_hub(envelope: Envelope) -> None:
    """The same from a process that serves no sockets, such as a command."""
    async_to_sync(send)([envelope])
