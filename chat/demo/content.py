"""Users, rooms and messages of the demo, as in content.toml."""

import tomllib
from pathlib import Path

import msgspec


class Status(msgspec.Struct):
    mode: str = "auto"
    text: str = ""
    emoji: str = ""
    hours: int | None = None  # until it ends


class DemoUser(msgspec.Struct):
    name: str
    administrator: bool = False
    time_zone: str = "Europe/Amsterdam"
    status: Status | None = None
    last_seen: int | None = None  # minutes ago


class Message(msgspec.Struct, array_like=True):
    minutes_ago: int
    author: str
    body: str
    kind: str = "text"


class Room(msgspec.Struct):
    name: str
    topic: str
    owner: str
    members: list[str]
    messages: list[Message]
    kind: str = "public"
    emoji: str = ""
    description: str = ""
    read_only: bool = False
    default: bool = False
    read: dict[str, int] = {}


class Content(msgspec.Struct):
    password: str
    people: dict[str, DemoUser]
    rooms: list[Room]


def load() -> Content:
    text = Path(__file__).with_name("content.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Content)
