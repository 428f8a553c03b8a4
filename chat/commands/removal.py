"""Removing many messages at once."""

from chat import frames
from chat.commands.answering import Handlers, ack, act_for
from chat.hub import Hub
from chat.hub.connection import Connection
from chat.services import purging


async def purge_member(hub: Hub, connection: Connection, command: frames.MemberPurge) -> None:
    count = await act_for(connection, purging.purge, command.room, command.user, reason=command.reason)
    ack(connection, command, count=count)


HANDLERS: Handlers = {frames.MemberPurge: purge_member}
