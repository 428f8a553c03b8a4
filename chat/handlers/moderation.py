"""Handlers for moderation of members and rooms."""

from chat.handlers.replies import Handlers, ack, act_for
from chat.hub import Hub
from chat.hub.delivery.connection import Connection
from chat.protocol.commands.moderation import (
    MemberBan,
    MemberMute,
    MemberRemove,
    MemberRole,
    MemberUnban,
    MemberUnmute,
    RoomLock,
    RoomSlow,
    RoomTransfer,
    RoomUnlock,
)
from chat.services.moderation import moderation, mutes, roles


async def remove_member(hub: Hub, connection: Connection, command: MemberRemove) -> None:
    await act_for(connection, moderation.remove_member, command.room, command.user, reason=command.reason)
    ack(connection, command)


async def ban_member(hub: Hub, connection: Connection, command: MemberBan) -> None:
    room, user = command.room, command.user
    await act_for(connection, moderation.ban, room, user, reason=command.reason, until=command.until)
    ack(connection, command)


async def unban_member(hub: Hub, connection: Connection, command: MemberUnban) -> None:
    await act_for(connection, moderation.unban, command.room, command.user)
    ack(connection, command)


async def mute_member(hub: Hub, connection: Connection, command: MemberMute) -> None:
    room, user = command.room, command.user
    await act_for(connection, mutes.mute, room, user, reason=command.reason, until=command.until)
    ack(connection, command)


async def unmute_member(hub: Hub, connection: Connection, command: MemberUnmute) -> None:
    await act_for(connection, mutes.unmute, command.room, command.user)
    ack(connection, command)


async def set_role(hub: Hub, connection: Connection, command: MemberRole) -> None:
    await act_for(connection, roles.set_role, command.room, command.user, command.role)
    ack(connection, command)


async def transfer_room(hub: Hub, connection: Connection, command: RoomTransfer) -> None:
    await act_for(connection, roles.transfer, command.room, command.user)
    ack(connection, command)


async def lock_room(hub: Hub, connection: Connection, command: RoomLock) -> None:
    await act_for(connection, moderation.lock, command.room, reason=command.reason)
    ack(connection, command)


async def unlock_room(hub: Hub, connection: Connection, command: RoomUnlock) -> None:
    await act_for(connection, moderation.unlock, command.room)
    ack(connection, command)


async def slow_room(hub: Hub, connection: Connection, command: RoomSlow) -> None:
    await act_for(connection, moderation.set_slow, command.room, command.seconds)
    ack(connection, command)


HANDLERS: Handlers = {
    MemberRemove: remove_member,
    MemberBan: ban_member,
    MemberUnban: unban_member,
    MemberMute: mute_member,
    MemberUnmute: unmute_member,
    MemberRole: set_role,
    RoomTransfer: transfer_room,
    RoomLock: lock_room,
    RoomUnlock: unlock_room,
    RoomSlow: slow_room,
}
