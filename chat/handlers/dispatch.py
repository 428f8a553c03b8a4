"""Runs the handler of each command, and answers refusals and failures."""

import logging

from chat.errors import BadFrame, Internal, Limited, Refused, SignedOut
from chat.handlers import directs, messages, moderation, presence, purge, reports, rooms
from chat.handlers.replies import Handlers, error
from chat.hub import Hub
from chat.hub.delivery.connection import SIGNED_OUT, Connection
from chat.protocol import decode
from chat.protocol.commands.directs import RoomKeep, RoomsOrder
from chat.protocol.commands.messages import MessagePost, ThreadRead, TypingStart, TypingStop
from chat.protocol.commands.presence import PersonBlock, PersonUnblock, Ping, PresenceTouch, RosterPage
from chat.protocol.commands.rooms import DirectoryWatch, RoomClose, RoomOpen, RoomRead, RoomUnread

logger = logging.getLogger(__name__)

HANDLERS: Handlers = {
    **rooms.HANDLERS,
    **messages.HANDLERS,
    **presence.HANDLERS,
    **directs.HANDLERS,
    **moderation.HANDLERS,
    **purge.HANDLERS,
    **reports.HANDLERS,
}

# Nobody else sees that these were given. Of any other command, others may see that the user is there.
UNSEEN = (
    DirectoryWatch,
    PersonBlock,
    PersonUnblock,
    Ping,
    PresenceTouch,
    RoomClose,
    RoomKeep,
    RoomOpen,
    RoomRead,
    RoomUnread,
    RoomsOrder,
    RosterPage,
    ThreadRead,
    TypingStart,  # of a user who is invisible
    TypingStop,
)


async def run(hub: Hub, connection: Connection, text: str) -> None:
    """Do what a frame asks for, and answer it: with an ack, or with an error that says why not."""
    number: int | None = None
    try:
        command = decode.decode_command(text)
        number = command.id
        hub.rate_limits.spend(hub, connection, command)
        if not isinstance(command, UNSEEN):
            hub.people.act(connection.user.pk)
        # Posts share transactions, and wait for these. A ping asks whether anybody is there: it waits for nothing.
        if isinstance(command, MessagePost | Ping):
            await HANDLERS[type(command)](hub, connection, command)
        else:
            async with hub.fair_queue.of(connection.user.pk):
                await HANDLERS[type(command)](hub, connection, command)
    except Limited as limited:
        connection.refuse(error(number, limited))
    except BadFrame as refused:
        connection.tell(error(decode.command_id(text), refused))
    except SignedOut as refused:
        connection.tell(error(number, refused))
        connection.close(SIGNED_OUT)
    except Refused as refused:
        if refused.__cause__:
            logger.warning("A command was refused: %r", refused.__cause__)
        connection.tell(error(number, refused))
    except Exception:
        logger.exception("A command failed")
        connection.tell(error(number, Internal()))
