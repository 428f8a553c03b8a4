"""What a client knows of a room: fetched anew, and made of events."""

from typing import Any

import pytest

from chat import events
from chat.models import Room


def state_of(room: Room) -> dict[str, Any]:
    """What a client knows of a room, fetched anew."""
    room.refresh_from_db()
    return {
        "settings": events.room_changed(room)["settings"],
        "members": {m.user_id: _standing(events.member_changed(m)) for m in room.memberships.current()},
        "messages": {m.pk: events.message_card(m) for m in room.messages.for_cards()},
    }


def apply(state: dict[str, Any], event: dict[str, Any]) -> None:
    """As a client does."""
    match event["type"]:
        case "message.posted" | "message.changed":
            state["messages"][event["message"]["id"]] = event["message"]
        case "member.joined" | "member.changed":
            state["members"][event["user"]["id"]] = _standing(event)
        case "member.left":
            state["members"].pop(event["user"]["id"], None)
        case "room.changed":
            state["settings"] = event["settings"]
        case unknown:
            pytest.fail(f"A client would not know {unknown}")


def _standing(event: dict[str, Any]) -> dict[str, Any]:
    return {"role": event["role"], "muted": event.get("muted")}
