"""Rooms of the demo, written through the same services as everything else."""

import uuid
from datetime import datetime, timedelta

from accounts.models import User
from chat.demo.content import Room
from chat.models import Room as StoredRoom
from chat.permissions.actor import SITE
from chat.services.messages import posting, read_positions
from chat.services.rooms import membership
from chat.services.rooms import settings as room_settings


def make_room(room: Room, people: dict[str, User], now: datetime) -> None:
    # A public room that users have made, with that name or a similar one, takes its place.
    if room.kind == StoredRoom.Kind.PUBLIC and StoredRoom.objects.alike(room.name).exists():
        return
    said_of_it = {"topic": room.topic, "description": room.description, "emoji": room.emoji}
    made = membership.create_room(people[room.owner], room.name, kind=room.kind, read_only=room.read_only, **said_of_it)
    room_settings.change_settings(made.pk, by=SITE, default=room.default)
    beginning = now - timedelta(minutes=max((message.minutes_ago for message in room.messages), default=0))
    for member in room.members:
        membership.add_member(made.pk, people[member], joined_at=beginning)
    positions = post_messages(made, room, people, now)
    for member in room.members:
        last_read = positions_read(positions, room.read.get(member, 0))
        read_positions.mark_read(people[member], made.pk, last_read)


def post_messages(made: StoredRoom, room: Room, people: dict[str, User], now: datetime) -> list[tuple[int, int]]:
    """Post the messages. Returns how many minutes ago each was posted, and its position."""
    positions = []
    for message in room.messages:
        posted = posting.post_message(
            people[message.author],
            made.pk,
            body=message.body,
            kind=message.kind,
            client_id=uuid.uuid4(),
            created_at=now - timedelta(minutes=message.minutes_ago),
        )
        positions.append((message.minutes_ago, posted.position))
    return positions


def positions_read(positions: list[tuple[int, int]], minutes_ago: int) -> int:
    """Return the last position that a member had read that many minutes ago."""
    return max((position for ago, position in positions if ago >= minutes_ago), default=0)
