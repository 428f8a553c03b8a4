"""A room as a client knows it: read from the database, or built from events."""

from typing import Any

import pytest
from django.db.models import QuerySet

from chat.models import AuditEntry, Room
from chat.protocol import events


def state_of(room: Room) -> dict[str, Any]:
    """Read the state of a room as a client gets it."""
    room.refresh_from_db()
    return {
        "settings": events.room_changed(room)["settings"],
        "members": {m.user_id: _standing(events.member_changed(m)) for m in room.memberships.current()},
        "messages": {m.pk: events.message_card(m) for m in room.messages.for_cards()},
    }


def written() -> QuerySet[AuditEntry]:
    """Return the audit log without entries about created rooms, since every test begins with those."""
    return AuditEntry.objects.exclude(act=AuditEntry.Act.ROOM_CREATED).order_by("pk")


def apply(state: dict[str, Any], event: dict[str, Any]) -> None:
    """Apply an event to the state, as a client does."""
    match event["type"]:
        case "message.posted" | "message.changed":
            state["messages"][event["message"]["id"]] = event["message"]
        case "message.reacted":
            react(state["messages"][event["message"]], event)
        case "messages.requoted":
            requote(state["messages"], event)
        case "member.joined" | "member.changed":
            state["members"][event["user"]["id"]] = _standing(event)
        case "member.left":
            state["members"].pop(event["user"]["id"], None)
        case "room.changed":
            state["settings"] = event["settings"]
        case "room.reset":
            state["messages"] = {card["id"]: card for card in event["page"]["messages"]}
        case "messages.deleted":
            bury(state["messages"], event)
        case "messages.removed":
            remove(state["messages"], event)
        case unknown:
            pytest.fail(f"A client would not know {unknown}")


def _standing(event: dict[str, Any]) -> dict[str, Any]:
    return {"role": event["role"], "muted": event.get("muted")}


Cards = dict[int, dict[str, Any]]


def react(card: dict[str, Any], event: dict[str, Any]) -> None:
    """Add or remove a reaction."""
    given = {reaction["emoji"]: list(reaction["users"]) for reaction in card.pop("reactions", ())}
    if event["added"]:
        given.setdefault(event["emoji"], []).append(event["user"])
    else:
        given[event["emoji"]].remove(event["user"])
    assert {emoji for emoji, users in given.items() if users} == set(event["order"])
    if left := [{"emoji": emoji, "users": given[emoji]} for emoji in event["order"]]:
        card["reactions"] = left
    card["version"] = event["version"]


def requote(cards: Cards, event: dict[str, Any]) -> None:
    for card in cards.values():
        if "quote" in card and card["quote"]["id"] == event["quote"]["id"]:
            card |= {"quote": event["quote"], "version": event["version"]}


def bury(cards: Cards, event: dict[str, Any]) -> None:
    """Turn the messages and their quotes into tombstones."""
    gone = {"body": "", "html": "", "deleted": {"at": event["at"], "by": event["by"]}, "version": event["version"]}
    for pk in event["messages"]:
        kept = {name: cards[pk][name] for name in LEFT_OF_A_TOMBSTONE if name in cards[pk]}
        cards[pk] = kept | gone
    for quoting in quoting_any_of(event, cards):
        quoting |= {"quote": {"id": quoting["quote"]["id"], "deleted": True}, "version": event["version"]}
    count_replies(cards, event)


def remove(cards: Cards, event: dict[str, Any]) -> None:
    """Remove the messages and the quotes of them."""
    for pk in event["messages"]:
        cards.pop(pk)
    for quoting in quoting_any_of(event, cards):
        del quoting["quote"]
    count_replies(cards, event)


def quoting_any_of(event: dict[str, Any], cards: Cards) -> list[dict[str, Any]]:
    return [card for card in cards.values() if "quote" in card and card["quote"]["id"] in event["messages"]]


def count_replies(cards: Cards, event: dict[str, Any]) -> None:
    """Update the roots of the threads that lost replies."""
    for thread in event.get("threads", ()):
        root = cards[thread["id"]]
        root["version"] = event["version"]
        if thread["last_at"]:
            root["replies"] |= {name: thread[name] for name in ("count", "last_at")}
        else:
            del root["replies"]


LEFT_OF_A_TOMBSTONE = ["id", "kind", "author", "client_id", "created_at", "position", "told", "thread", "replies"]
