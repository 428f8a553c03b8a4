"""Helpers of all handlers: write with a service, and answer the command."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from accounts.models import User
from chat.errors import Edited, Limited, NotFound, Refused
from chat.hub import Hub
from chat.hub.delivery.connection import Connection
from chat.permissions.actor import Actor
from chat.protocol.commands.base import Command
from chat.protocol.events import message_card
from chat.runtime.database import write
from chat.services.shared.session_guard import act_in_session, in_session

P = ParamSpec("P")
T = TypeVar("T")

Handlers = dict[type[Command], Callable[[Hub, Connection, Any], Awaitable[None]]]


async def write_for(
    connection: Connection, service: Callable[Concatenate[User, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run a writing service for the connected user. The same transaction checks that the session is still valid."""
    call = partial(service, connection.user, *args, **kwargs)
    return await write(in_session, connection.session, connection.user, call)


async def act_for(
    connection: Connection, service: Callable[Concatenate[Actor, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run an administrative service likewise, with the session's rights, and with the address for the audit log."""

    def call(by: Actor) -> T:
        return service(by, *args, **kwargs)

    return await write(act_in_session, connection.session, connection.user, connection.address, call)


def check_stands_in(hub: Hub, connection: Connection, room_id: int) -> None:
    """Raise NotFound if the connection does not get the room's events."""
    if not hub.rooms.stands(connection, room_id):
        raise NotFound


def ack(connection: Connection, command: Command, **members: Any) -> None:
    connection.tell({"type": "ack", "id": command.id, **members})


def error(number: int | None, refused: Refused) -> dict[str, Any]:
    event: dict[str, Any] = {
        "type": "error",
        "id": number,
        "code": refused.code,
        "detail": refused.detail,
        "retry": refused.retry,
    }
    if isinstance(refused, Limited):
        event["retry_after"] = refused.retry_after
    if isinstance(refused, Edited):
        event["message"] = message_card(refused.message)
    return event
