"""Operator of the site for bench/removal.py: fills rooms, and calls services to remove their contents.

It is a process in the server's environment. It reads its tasks as lines of JSON, and answers each with a line.
"""

import json
import sys
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from chat.models import Membership, Mention, Message, Reaction, Removal, Room  # noqa: E402
from chat.permissions.actor import SITE, Actor  # noqa: E402
from chat.services.removal import delete_room, purge_user, retention  # noqa: E402
from chat.services.rooms import membership  # noqa: E402

CHUNK = 2_000  # messages stored together
LONG_AGO = timedelta(days=60)
A_WHILE_AGO = timedelta(minutes=30)
DAYS = 30


def fill(owner: str, people: list[int], to_delete: int, to_trim: int, to_purge: int) -> dict[str, Any]:
    """Create rooms of these people: two with many old messages, and one with many recent posts of one user."""
    by = User.objects.create_user(owner)
    spammer = User.objects.create_user(f"{owner}-spammer")
    authors = [by, *User.objects.filter(pk__in=people).order_by("pk")[:10]]
    return {
        "delete": _room(by, people, authors, to_delete, LONG_AGO).pk,
        "trim": _room(by, people, authors, to_trim, LONG_AGO).pk,
        "purge": _room(by, people, [spammer, by], 2 * to_purge, A_WHILE_AGO).pk,
        "by": by.pk,
        "user": spammer.pk,
    }


def members(rooms: list[int]) -> list[int]:
    return list(Membership.objects.current().filter(room__in=rooms).values_list("user", flat=True).order_by("user"))


def delete(room: int, by: int) -> None:
    delete_room.delete_room(Actor(User.objects.get(pk=by)), room)


def purge(room: int, user: int, by: int) -> int:
    return purge_user.purge(Actor(User.objects.get(pk=by)), room, user)


def keep(room: int) -> None:
    retention.set_retention(SITE, room, DAYS)


def wait(seconds: float) -> bool:
    """Wait until the queue is empty. Return whether it is."""
    deadline = time.monotonic() + seconds
    while Removal.objects.unfinished().exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    return not Removal.objects.unfinished().exists()


def left(room: int) -> int:
    return Message.objects.filter(room=room, deleted_at=None).said().count()


def _room(owner: User, people: list[int], authors: list[User], messages: int, ago: timedelta) -> Room:
    room = membership.create_room(owner, f"bench {uuid.uuid4().hex[:12]}", kind=Room.Kind.PRIVATE)
    with transaction.atomic():
        version = room.next_version()
        Membership.objects.bulk_create(
            Membership(room=room, user_id=user, joined_at=timezone.now(), version=version, admitted=version)
            for user in people
        )
        room.save(update_fields=["version"])
    for start in range(0, messages, CHUNK):
        _talk(room, authors, range(start, min(start + CHUNK, messages)), ago)
    return room


@transaction.atomic
def _talk(room: Room, authors: list[User], numbers: range, ago: timedelta) -> None:
    """Store messages. Of every ten, one is a reply, one a quote, one a mention, and two have reactions."""
    stored = Message.objects.bulk_create(_message(room, authors, number, ago) for number in numbers)
    roots = dict(zip(numbers, stored, strict=True))
    for number, message in roots.items():
        if number % 10 == 3:
            message.thread_id = roots[number - 3].pk
        elif number % 10 == 5:
            message.quote_id = roots[number - 1].pk
    Message.objects.bulk_update([roots[n] for n in numbers if n % 10 in (3, 5)], ["thread", "quote"], 500)
    replied_to = [roots[n] for n in numbers if n % 10 == 0 and n + 3 in roots]
    for root in replied_to:
        root.reply_count, root.last_reply_at = 1, root.created_at
    Message.objects.bulk_update(replied_to, ["reply_count", "last_reply_at"], 500)
    reacted_to = [roots[n] for n in numbers if n % 5 == 1]
    Reaction.objects.bulk_create(Reaction(message=message, user=authors[0], emoji="👍") for message in reacted_to)
    Mention.objects.bulk_create(
        Mention(room=room, user=authors[0], message=roots[n], position=roots[n].position)
        for n in numbers
        if n % 10 == 7
    )
    room.save(update_fields=["version"])


def _message(room: Room, authors: list[User], number: int, ago: timedelta) -> Message:
    body = f"Message {number} of a room that has been there for long. ".ljust(100, "x")
    version = room.next_version()
    return Message(
        room=room,
        author=authors[number % len(authors)],
        body=body,
        html=f"<p>{body}</p>",
        client_id=uuid.uuid4(),
        created_at=timezone.now() - ago,
        position=version,
        version=version,
    )


DONE: dict[str, Callable[..., Any]] = {each.__name__: each for each in (members, fill, delete, purge, keep, wait, left)}


if __name__ == "__main__":
    for line in sys.stdin:
        what, details = json.loads(line)
        print(json.dumps(DONE[what](**details)), flush=True)
