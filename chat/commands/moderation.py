"""What those who run a room do, to people and to the room."""

from chat import frames
from chat.commands.answering import Handlers, ack, act_for
from chat.hub import Hub
from chat.hub.connection import Connection
from chat.services import moderation, roles


async def remove_member(hub: Hub, connection: Connection, command: frames.MemberRemove) -> None:
    await act_for(connection, moderation.remove_member, command.room, command.user, reason=command.reason)
    ack(connection, command)


async def ban_member(hub: Hub, connection: Connection, command: frames.MemberBan) -> None:
    room, user = command.room, command.user
    await act_for(connection, moderation.ban, room, user, reason=command.reason, until=command.until)
    ack(connection, command)


async def unban_member(hub: Hub, connection: Connection, command: frames.MemberUnban) -> None:
    await act_for(connection, moderation.unban, command.room, command.user)
    ack(connection, command)


async def mute_member(hub: Hub, connection: Connection, command: frames.MemberMute) -> None:
    room, user = command.room, command.user
    await act_for(connection, moderation.mute, room, user, reason=command.reason, until=command.until)
    ack(connection, command)


async def unmute_member(hub: Hub, connection: Connection, command: frames.MemberUnmute) -> None:
    await act_for(connection, moderation.unmute, command.room, command.user)
    ack(connection, command)


async def set_role(hub: Hub, connection: Connection, command: frames.MemberRole) -> None:
    await act_for(connection, roles.set_role, command.room, command.user, command.role)
    ack(connection, command)


async def transfer_room(hub: Hub, connection: Connection, command: frames.RoomTransfer) -> None:
    await act_for(connection, roles.transfer, command.room, command.user)
    ack(connection, command)


async def lock_room(hub: Hub, connection: Connection, command: frames.RoomLock) -> None:
    await act_for(connection, moderation.lock, command.room, reason=command.reason)
    ack(connection, command)


async def unlock_room(hub: Hub, connection: Connection, command: frames.RoomUnlock) -> None:
    await act_for(connection, moderation.unlock, command.room)
    ack(connection, command)


async def slow_room(hub: Hub, connection: Connection, command: frames.RoomSlow) -> None:
    await act_for(connection, moderation.set_slow, command.room, command.seconds)
    ack(connection, command)


HANDLERS: Handlers = {
    frames.MemberRemove: remove_member,
    frames.MemberBan: ban_member,
    frames.MemberUnban: unban_member,
    frames.MemberMute: mute_member,
    frames.MemberUnmute: unmute_member,
    frames.MemberRole: set_role,
    frames.RoomTransfer: transfer_room,
    frames.RoomLock: lock_room,
    frames.RoomUnlock: unlock_room,
    frames.RoomSlow: slow_room,
}
