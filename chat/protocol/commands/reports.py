from chat.protocol.commands.base import Command, Id


class MessageReport(Command, tag="message.report"):
    room: Id
    message: Id
    reason: str
