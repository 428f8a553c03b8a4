"""Dispatch of commands to their handlers, with the replies to refusals and failures."""

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

# Other users cannot notice these commands. Any other command may show that an invisible user is there.
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
    TypingStart,  # never shown for an invisible user
    TypingStop,
)


async def run(hub: Hub, connection: Connection, text: str) -> None:
    """Run the command in a frame. The handler acknowledges it; refusals and failures are answered with an error."""
    number: int | None = None
    try:
        command = decode.decode_command(text)
        number = command.id
        hub.rate_limits.spend(hub, connection, command)
        if not isinstance(command, UNSEEN):
            hub.people.act(connection.user.pk)
        # Posts wait in group commit, where they share transactions. A ping tests the connection: it never waits.
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
