"""People: who is there, and how one is oneself."""

from django.utils import timezone

from chat import events, frames
from chat.commands.answering import Handlers, ack, write_for
from chat.hub import Hub
from chat.hub.connection import Connection
from chat.services import blocking, people, status


async def answer_ping(hub: Hub, connection: Connection, command: frames.Ping) -> None:
    ack(connection, command, now=events.moment(timezone.now()))


async def touch(hub: Hub, connection: Connection, command: frames.PresenceTouch) -> None:
    hub.touch(connection)
    ack(connection, command)


async def page_roster(hub: Hub, connection: Connection, command: frames.RosterPage) -> None:
    ack(connection, command, **hub.roster_page(connection, command.room, command.offset, command.q))


async def set_status(hub: Hub, connection: Connection, command: frames.StatusSet) -> None:
    decided = {"mode": command.mode, "text": command.text, "emoji": command.emoji}
    user = await write_for(connection, status.set_status, **decided, until=command.until)
    ack(connection, command, status=events.own_status(user))


async def note_zone(hub: Hub, connection: Connection, command: frames.PersonZone) -> None:
    time_zone = await write_for(connection, people.note_time_zone, command.time_zone)
    ack(connection, command, time_zone=time_zone)


async def block(hub: Hub, connection: Connection, command: frames.PersonBlock) -> None:
    await write_for(connection, blocking.block, command.user)
    ack(connection, command)


async def unblock(hub: Hub, connection: Connection, command: frames.PersonUnblock) -> None:
    await write_for(connection, blocking.unblock, command.user)
    ack(connection, command)


HANDLERS: Handlers = {
    frames.Ping: answer_ping,
    frames.PresenceTouch: touch,
    frames.RosterPage: page_roster,
    frames.StatusSet: set_status,
    frames.PersonZone: note_zone,
    frames.PersonBlock: block,
    frames.PersonUnblock: unblock,
}
