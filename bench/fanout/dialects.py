"""What a person says to each server, and hears: how one gets into a room, how a message is posted and recognised."""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

BODY_LENGTH = 100  # bytes
NUMBER_LENGTH = 8  # digits

Marks = Callable[[bytes], list[bytes]]


def body_of(number: int) -> str:
    """The text of a room's message of that number, by which it is recognised when it comes back."""
    return f"~{number:0{NUMBER_LENGTH}d}~".ljust(BODY_LENGTH, "x")


MARK = rb"~(\d{%d})~" % NUMBER_LENGTH


@dataclass(frozen=True, slots=True)
class Seat:
    """One person's place in a room: the address of their socket, and what they bring to it."""

    path: str
    headers: dict[str, str] = field(default_factory=dict)
    room: int = 0  # its id, where the server has one


class Speaker(Protocol):
    """Whoever speaks a dialect."""

    seat: Seat

    def say(self, text: str) -> None: ...
    def arrive(self) -> None: ...


class Dialect:
    """Text as it is: to open the socket is to be in the room, whose name is in the path."""

    marks: Marks = re.compile(MARK).findall  # the numbers of the messages in a frame

    def greet(self, speaker: Speaker) -> None:
        """The socket is open."""
        speaker.arrive()

    def hear(self, speaker: Speaker, payload: bytes) -> None:
        """A frame without a message."""

    def post(self, speaker: Speaker, body: str) -> None:
        speaker.say(body)


class Tutorial(Dialect):
    def post(self, speaker: Speaker, body: str) -> None:
        speaker.say(json.dumps({"message": body}))


class SocketIO(Dialect):
    """Engine.IO 4 below Socket.IO 5: a digit or two before the JSON say what it is."""

    def greet(self, speaker: Speaker) -> None:
        """The server speaks first."""

    def hear(self, speaker: Speaker, payload: bytes) -> None:
        if payload.startswith(b"0"):  # open
            speaker.say("40")
        elif payload.startswith(b"40"):  # connected, and joined by our server
            speaker.arrive()
        elif payload == b"2":  # ping
            speaker.say("3")

    def post(self, speaker: Speaker, body: str) -> None:
        speaker.say("42" + json.dumps(["message", body]))


class Roomful(Dialect):
    """docs/protocol.md. An ack repeats the message, so that only those inside a `message.posted` count."""

    marks: Marks = re.compile(rb'"message\.posted".{0,500}?' + MARK, re.DOTALL).findall
    OPENING = 1  # the id of the command that opens the room

    def greet(self, speaker: Speaker) -> None:
        """The server speaks first."""

    def hear(self, speaker: Speaker, payload: bytes) -> None:
        if payload.startswith(b'[{"type":"hello"'):
            speaker.say(self._opening(speaker.seat.room, payload))
        elif payload.startswith(b'[{"type":"ack","id":%d,' % self.OPENING):
            speaker.arrive()

    def post(self, speaker: Speaker, body: str) -> None:
        command = {"type": "message.post", "id": 0, "client_id": str(uuid.uuid4())}
        speaker.say(json.dumps({**command, "room": speaker.seat.room, "body": body}))

    def _opening(self, room: int, hello: bytes) -> str:
        (greeting,) = _hellos(hello)
        version = next(listed.version for listed in greeting.rooms if listed.id == room)
        return json.dumps({"type": "room.open", "id": self.OPENING, "room": room, "since": version})


class _Listed(msgspec.Struct):
    id: int
    version: int


class _Hello(msgspec.Struct):
    rooms: list[_Listed]


_hellos = msgspec.json.Decoder(list[_Hello]).decode
