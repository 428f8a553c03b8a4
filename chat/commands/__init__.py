"""What each command does: authorise, call a service, acknowledge.

rooms.py      to show one, to come and go, what is read
messages.py   to post, and what becomes of a message
directs.py    direct conversations, and one's own list of rooms
people.py     who is there, and how one is oneself
moderation.py what those who run a room do
removal.py    to remove many messages at once
reports.py    to tell those who moderate about a message
answering.py  what they have in common
"""

import logging

from chat import frames
from chat.commands import directs, messages, moderation, people, removal, reports, rooms
from chat.commands.answering import Handlers, error
from chat.errors import BadFrame, Internal, Limited, Refused, SignedOut
from chat.hub import Hub
from chat.hub.connection import SIGNED_OUT, Connection

logger = logging.getLogger(__name__)

HANDLERS: Handlers = {
    **rooms.HANDLERS,
    **messages.HANDLERS,
    **people.HANDLERS,
    **directs.HANDLERS,
    **moderation.HANDLERS,
    **removal.HANDLERS,
    **reports.HANDLERS,
}

# Nobody else sees that these were given. Of any other command, others may see that the user is there.
UNSEEN = (
    frames.DirectoryWatch,
    frames.PersonBlock,
    frames.PersonUnblock,
    frames.Ping,
    frames.PresenceTouch,
    frames.RoomClose,
    frames.RoomKeep,
    frames.RoomOpen,
    frames.RoomRead,
    frames.RoomUnread,
    frames.RoomsOrder,
    frames.RosterPage,
    frames.ThreadRead,
    frames.TypingStart,  # of a user who is invisible
    frames.TypingStop,
)


async def run(hub: Hub, connection: Connection, text: str) -> None:
    """Do what a frame asks for, and answer it: with an ack, or with an error that says why not."""
    number: int | None = None
    try:
        command = frames.decode_command(text)
        number = command.id
        hub.allowances.spend(hub, connection, command)
        if not isinstance(command, UNSEEN):
            hub.people.act(connection.user.pk)
        # Posts share transactions, and wait for these. A ping asks whether anybody is there: it waits for nothing.
        if isinstance(command, frames.MessagePost | frames.Ping):
            await HANDLERS[type(command)](hub, connection, command)
        else:
            async with hub.turns.of(connection.user.pk):
                await HANDLERS[type(command)](hub, connection, command)
    except Limited as limited:
        connection.refuse(error(number, limited))
    except BadFrame as refused:
        connection.tell(error(frames.command_id(text), refused))
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
