from typing import Literal
from uuid import UUID

from chat.protocol.commands.base import Command, Id, Version


class MessagePost(Command, tag="message.post"):
    room: Id
    client_id: UUID
    body: str
    kind: Literal["text", "action", "notice"] = "text"
    quote: Id | None = None
    thread: Id | None = None


class MessageEdit(Command, tag="message.edit"):
    room: Id
    message: Id
    body: str
    based_on: Version | None = None


class MessageDelete(Command, tag="message.delete"):
    room: Id
    message: Id
    reason: str = ""  # for messages of others


class MessagePin(Command, tag="message.pin"):
    room: Id
    message: Id


class MessageUnpin(Command, tag="message.unpin"):
    room: Id
    message: Id


class ReactionAdd(Command, tag="reaction.add"):
    room: Id
    message: Id
    emoji: str


class ReactionRemove(Command, tag="reaction.remove"):
    room: Id
    message: Id
    emoji: str


class ThreadRead(Command, tag="thread.read"):
    room: Id
    message: Id
    position: Version


class TypingStart(Command, tag="typing.start"):
    room: Id
    thread: Id | None = None


class TypingStop(Command, tag="typing.stop"):
    room: Id
    thread: Id | None = None
