"""Handlers for presence, status, time zone and blocks."""

from django.utils import timezone

from chat.handlers.replies import Handlers, ack, write_for
from chat.hub import Hub
from chat.hub.delivery.connection import Connection
from chat.protocol import events
from chat.protocol.commands.presence import (
    PersonBlock,
    PersonUnblock,
    PersonZone,
    Ping,
    PresenceTouch,
    RosterPage,
    StatusSet,
)
from chat.services.people import blocks, profiles, status


async def answer_ping(hub: Hub, connection: Connection, command: Ping) -> None:
    ack(connection, command, now=events.moment(timezone.now()))


async def touch(hub: Hub, connection: Connection, command: PresenceTouch) -> None:
    hub.touch(connection)
    ack(connection, command)


async def page_roster(hub: Hub, connection: Connection, command: RosterPage) -> None:
    ack(connection, command, **hub.roster_page(connection, command.room, command.offset, command.q))


async def set_status(hub: Hub, connection: Connection, command: StatusSet) -> None:
    decided = {"mode": command.mode, "text": command.text, "emoji": command.emoji}
    user = await write_for(connection, status.set_status, **decided, until=command.until)
    ack(connection, command, status=events.own_status(user))


async def note_zone(hub: Hub, connection: Connection, command: PersonZone) -> None:
    time_zone = await write_for(connection, profiles.note_time_zone, command.time_zone)
    ack(connection, command, time_zone=time_zone)


async def block(hub: Hub, connection: Connection, command: PersonBlock) -> None:
    await write_for(connection, blocks.block, command.user)
    ack(connection, command)


async def unblock(hub: Hub, connection: Connection, command: PersonUnblock) -> None:
    await write_for(connection, blocks.unblock, command.user)
    ack(connection, command)


HANDLERS: Handlers = {
    Ping: answer_ping,
    PresenceTouch: touch,
    RosterPage: page_roster,
    StatusSet: set_status,
    PersonZone: note_zone,
    PersonBlock: block,
    PersonUnblock: unblock,
}
