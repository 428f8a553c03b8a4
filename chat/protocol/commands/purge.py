from chat.protocol.commands.base import Command, Id


class MemberPurge(Command, tag="member.purge"):
    room: Id
    user: Id
    reason: str = ""
