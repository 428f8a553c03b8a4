"""Commands that users send, each about a separate room."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chat.models import Room
from chat.protocol import decode
from chat.services.messages import posting
from chat.services.rooms import membership
from chat.tests.helpers.access.checks import filled_in, stored
from chat.tests.helpers.access.commands import COMMANDS, SENT
from chat.tests.helpers.talk import in_thread
from testing.sockets import Client as Socket
from testing.sockets import Refused

CODES = {"not_found": "nothing", "forbidden": "refused"}


def names_of_commands() -> set[str]:
    return {str(kind.__struct_config__.tag) for kind in decode.COMMANDS}


def commands(known: dict[str, User | None], carol: User) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the commands of each user, each about a separate room, so that no command sees the effects of another."""
    owner, member = known["owner"], known["member"]
    assert owner
    assert member
    names = sorted(names_of_commands() | COMMANDS.keys())
    with transaction.atomic():
        signed_in = [person for person, user in known.items() if user]
        return {person: {name: command(name, owner, member, carol) for name in names} for person in signed_in}


def command(name: str, owner: User, member: User, carol: User) -> dict[str, Any]:
    kind = Room.Kind.PUBLIC if name.endswith(", public") else Room.Kind.PRIVATE
    room = membership.create_room(owner, f"room-{uuid4().hex[:12]}", kind=kind)
    for user in (member, carol):
        membership.add_member(room.pk, user)
    said = posting.post_message(member, room.pk, body="Between us", client_id=uuid4())
    posting.post_message(owner, room.pk, body="Yes", client_id=uuid4(), thread=said.pk)
    soon = (timezone.now() + timedelta(hours=1)).isoformat()
    values = {
        "room": room.pk,
        "message": said.pk,
        "user": carol.pk,
        "name": room.name,
        "uuid": str(uuid4()),
        "soon": soon,
    }
    return {"room": room.pk} | filled_in(SENT.get(name, SENT.get(name.removesuffix(", public"), {})), values)


async def outcome_of(socket: Socket, name: str, members: dict[str, Any]) -> str:
    """Send a command from a tab that has the room open, if allowed, and return the outcome."""
    with suppress(Refused):
        await socket.command("room.open", room=members["room"])
    before = await in_thread(stored)()
    try:
        await socket.command(name.partition(",")[0], **members)
    except Refused as refused:
        word = CODES.get(refused.code, refused.code)
        return word if await in_thread(stored)() == before else f"{word}, but changed something"
    return "done"
