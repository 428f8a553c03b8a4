"""Handler that deletes many messages at once."""

from chat.handlers.replies import Handlers, ack, act_for
from chat.hub import Hub
from chat.hub.delivery.connection import Connection
from chat.protocol.commands.purge import MemberPurge
from chat.services.removal import purge_user


async def purge_member(hub: Hub, connection: Connection, command: MemberPurge) -> None:
    count = await act_for(connection, purge_user.purge, command.room, command.user, reason=command.reason)
    ack(connection, command, count=count)


HANDLERS: Handlers = {MemberPurge: purge_member}
