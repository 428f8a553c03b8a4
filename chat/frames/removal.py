from chat.frames.command import Command, Id


class MemberPurge(Command, tag="member.purge"):
    room: Id
    user: Id
    reason: str = ""
