"""The table of cases that compares rules/permissions.js with chat/permissions/: a browser's data, and its offers.

To write it again: python manage.py shell -c "from chat.tests.permissions.browser_cases import write; write()"
"""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from chat.models import Membership, Room
from chat.permissions.actions import PersonAction, Target, actions_in, actions_on
from chat.permissions.acts import ADMINISTRATOR, administrators_role, permissions_table
from chat.permissions.messages import MessageState, Writer, actions_on_message, posting_block

PATH = Path(settings.BASE_DIR) / "chat" / "tests" / "static" / "rules" / "permissions.json"

ALICE, BOB = 1, 2  # she acts, he is another user
MUTED = {"until": "9999-01-01T00:00:00Z", "reason": ""}
TOLD = {"what": "renamed"}

AUTHORS = {
    "member": Target(role="member"),
    "moderator": Target(role="moderator"),
    "owner": Target(role="owner"),
    "administrator": Target(role="member", is_administrator=True),
}

# The message of each case, as the browser has it, and its author.
MESSAGES: dict[str, tuple[dict[str, Any], Target]] = {
    "own": ({"author": {"id": ALICE}, "kind": "text"}, Target(is_actor=True)),
    "own notice": ({"author": {"id": ALICE}, "kind": "notice"}, Target(is_actor=True)),
    "own, deleted": ({"author": {"id": ALICE}, "kind": "text", "deleted": {}}, Target(is_actor=True)),
    "told of oneself": ({"author": {"id": ALICE}, "kind": "notice", "notice": TOLD}, Target(is_actor=True)),
    "told of an owner": ({"author": {"id": BOB}, "kind": "notice", "notice": TOLD}, AUTHORS["owner"]),
    "deleted": ({"author": {"id": BOB}, "kind": "text", "deleted": {}}, AUTHORS["member"]),
    **{f"of a {name}": ({"author": {"id": BOB}, "kind": "text"}, author) for name, author in AUTHORS.items()},
    **{f"notice of a {name}": ({"author": {"id": BOB}, "kind": "notice"}, author) for name, author in AUTHORS.items()},
}

STATES: list[dict[str, Any]] = [{}, {"archived": True}, {"locked": True}, {"read_only": True}, {"muted": MUTED}]
STATES_OF_TWO: list[dict[str, Any]] = [
    {"people": [{"id": BOB}]},
    {"people": [{"id": BOB}], "blocks": True},
    {"people": [{"id": BOB, "deleted": True}]},
]


def table() -> dict[str, Any]:
    messages = {name: message for name, (message, _author) in MESSAGES.items()}
    return {"permissions": permissions_table(), "messages": messages, "viewers": list(_viewers())}


def write() -> None:
    parts = table()
    viewers = ",\n".join(json.dumps(viewer) for viewer in parts.pop("viewers"))
    PATH.write_text(f'{json.dumps(parts)[:-1]}, "viewers": [\n{viewers}\n]}}\n')


def _viewers() -> Iterator[dict[str, Any]]:
    roles, kinds = Membership.Role.values, (Room.Kind.PUBLIC, Room.Kind.PRIVATE)
    for kind, role, is_administrator, state in product(kinds, roles, (False, True), STATES):
        yield _viewer(kind, role, is_administrator, state)
    for is_administrator, state in product((False, True), STATES_OF_TWO):
        yield _viewer(Room.Kind.DIRECT, "member", is_administrator, state)


def _viewer(kind: str, role: str, is_administrator: bool, state: dict[str, Any]) -> dict[str, Any]:
    state = dict(state)
    is_blocking = state.pop("blocks", False)
    room = Room(
        kind=kind,
        archived_at=timezone.now() if "archived" in state else None,
        is_locked="locked" in state,
        is_read_only="read_only" in state,
    )
    writer = Writer(
        roles=frozenset({role}) | (administrators_role(room) if is_administrator else frozenset()),
        is_muted="muted" in state,
        is_blocking=is_blocking,
        is_alone=any("deleted" in person for person in state.get("people", ())),
    )
    return {
        "room": {"kind": str(kind), "role": role, **state},
        "administrator": is_administrator,
        "blocks": [BOB] if is_blocking else [],
        "ranks": {name: _rank(author, room) for name, (_message, author) in MESSAGES.items()},
        "block": posting_block(writer, room),
        "possible": sorted(actions_in(writer.roles, room)),
        "may": {name: " ".join(_actions(writer, room, *case)) for name, case in MESSAGES.items()},
    }


def _rank(author: Target, room: Room) -> str:
    return ADMINISTRATOR if ADMINISTRATOR in author.roles_in(room) else author.role or "member"


def _actions(writer: Writer, room: Room, message: dict[str, Any], author: Target) -> list[str]:
    """Return the menu of a message. Deleting all messages of its author is an action on the author."""
    state = MessageState(
        author=author,
        is_own=author.is_actor and "notice" not in message,
        is_notice=message["kind"] == "notice",
        is_told_by_room="notice" in message,
        is_deleted="deleted" in message,
    )
    actions = {action.value for action in actions_on_message(writer, room, state)}
    is_text = not (state.is_notice or state.is_deleted)
    if is_text and PersonAction.PURGE in actions_on(writer.roles, room, author):
        actions.add(PersonAction.PURGE.value)
    return sorted(actions)
