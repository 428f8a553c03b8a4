"""Handler that reports a message to the room's moderators."""

from chat.handlers.replies import Handlers, ack, write_for
from chat.hub import Hub
from chat.hub.delivery.connection import Connection
from chat.protocol.commands.reports import MessageReport
from chat.services.moderation import reports


async def report_message(hub: Hub, connection: Connection, command: MessageReport) -> None:
    await write_for(connection, reports.report_message, command.room, command.message, command.reason)
    ack(connection, command)


HANDLERS: Handlers = {MessageReport: report_message}
