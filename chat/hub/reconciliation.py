"""Periodic checks of the hub against the database, in case an event was lost."""

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from accounts.sessions import sessions
from chat.hub import queries
from chat.hub.delivery.connection import SIGNED_OUT
from chat.hub.standing import Standing, read_standing
from chat.models import Membership, Room
from chat.protocol import events
from chat.runtime.database import check, write

if TYPE_CHECKING:
    from chat.hub.hub import Hub

# A row may be visible only some time after the moment that it carries: its transaction commits later.
LATE = timedelta(minutes=1)


async def check_versions(hub: "Hub") -> None:
    """Read events that never arrived, also in rooms that have gone quiet, and count the people in each room."""
    for room_id, version in await check(_versions, list(hub.rooms)):
        room = hub.rooms.get(room_id)
        if room is not None and room.sequencer.last is not None and room.sequencer.last < version:
            await room.read_missing()
    hub.partners.forget_rooms_without_tabs()
    await hub.counts.check(hub.rooms)


async def check_standing(hub: "Hub") -> None:
    """Find ended sessions and memberships, new memberships, moved read positions and changed blocks."""
    connections = {connection for found in hub.connections.values() for connection in found}
    stood = hub.rooms.everybody()
    keys = {connection.session for connection in connections}
    standing = await check(read_standing, list(hub.connections), keys)
    for connection in connections:
        held = standing.sessions.get(connection.session)
        if held is None:
            connection.close(SIGNED_OUT)
        else:
            connection.has_shown_factor = held.has_shown_factor
    lost = [(connection, room) for connection, room in stood if room not in standing.rooms[connection.user.pk]]
    if lost:
        endings = await check(queries.endings, {(connection.user.pk, room_id) for connection, room_id in lost})
        for connection, room_id in lost:
            hub.evictions.evict(connection, room_id, endings.get((connection.user.pk, room_id), {}))
    await _gain_what_is_new(hub, standing)
    await hub.blocks.check(list(hub.connections))
    for user, moved in await check(_moves, list(hub.positions.untold(standing.rooms))):
        hub.tell_user(user, moved)


async def check_people(hub: "Hub") -> None:
    """Find changed and expired statuses, and a changed or expired announcement."""
    now = time.monotonic()
    span = timedelta(seconds=now - hub.people.checked) + LATE
    hub.receive_people(await check(queries.changed_people, span))
    hub.people.checked = now
    await hub.announcement.check()


async def note_use(hub: "Hub") -> None:
    """Mark the sessions of open sockets as used, even if they request no page."""
    if keys := {connection.session for found in hub.connections.values() for connection in found}:
        await write(sessions.touch, keys)


async def _gain_what_is_new(hub: "Hub", standing: Standing) -> None:
    for user, rooms in standing.rooms.items():
        for room_id in rooms:
            if (user, room_id) not in standing.asleep:
                await hub.gain(user, room_id)


def _versions(room_ids: list[int]) -> list[tuple[int, int]]:
    return list(Room.objects.existing().filter(pk__in=room_ids).values_list("pk", "version"))


def _moves(untold: list[tuple[int, int]]) -> list[tuple[int, events.Event]]:
    found = Membership.objects.current().with_unread()
    return [
        (user, events.read_moved(membership))
        for user, room_id in untold
        for membership in found.filter(user=user, room=room_id)
    ]
