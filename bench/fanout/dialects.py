"""Dialects: the protocols of the servers, for entering a room, and for posting and recognising messages."""

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
    """Return the text of the message with this number. The text identifies it on arrival."""
    return f"~{number:0{NUMBER_LENGTH}d}~".ljust(BODY_LENGTH, "x")


MARK = rb"~(\d{%d})~" % NUMBER_LENGTH


@dataclass(frozen=True, slots=True)
class Seat:
    """A client's place in a room: the address of its socket, and the headers."""

    path: str
    headers: dict[str, str] = field(default_factory=dict)
    room: int = 0  # its id, if the server has one


class Speaker(Protocol):
    """A client that speaks a dialect."""

    seat: Seat

    def say(self, text: str) -> None: ...
    def arrive(self) -> None: ...


class Dialect:
    """Plain text. A socket is in its room once it is open, and the path names the room."""

    marks: Marks = re.compile(MARK).findall  # the numbers of the messages in a frame

    def greet(self, speaker: Speaker) -> None:
        """Handle the opening of the socket."""
        speaker.arrive()

    def hear(self, speaker: Speaker, payload: bytes) -> None:
        """Handle a frame without a message."""

    def post(self, speaker: Speaker, body: str) -> None:
        speaker.say(body)


class Tutorial(Dialect):
    def post(self, speaker: Speaker, body: str) -> None:
        speaker.say(json.dumps({"message": body}))


class SocketIO(Dialect):
    """Engine.IO 4 below Socket.IO 5: one or two digits before the JSON give the type of packet."""

    def greet(self, speaker: Speaker) -> None:
        """Wait: the server sends first."""

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
    """The protocol of docs/protocol.md. An ack repeats the message, so only those in a `message.posted` count."""

    marks: Marks = re.compile(rb'"message\.posted".{0,500}?' + MARK, re.DOTALL).findall
    OPENING = 1  # the id of the `room.open` command

    def greet(self, speaker: Speaker) -> None:
        """Wait: the server sends first."""

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
